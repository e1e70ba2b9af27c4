//! A telephone that writes every SIP message by hand: what it hears of the house is what is on the wire.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use tokio::net::UdpSocket;
use tokio::time::timeout;

/// What the house may take for anything.
const PATIENCE: Duration = Duration::from_secs(30);

/// Its sockets, and its one dialog.
pub struct BareTelephone {
    sip: UdpSocket,
    rtp: UdpSocket,
    house: SocketAddr,
    /// The called address, then the house's Contact.
    target: String,
    /// To, with the house's tag once it has one.
    to: String,
    number: u32,
    /// Messages that came before they were waited for.
    unread: Vec<String>,
}

impl BareTelephone {
    /// One that will call `user` of the house.
    pub async fn new(user: &str, house: SocketAddr) -> Self {
        let sip = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let rtp = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let (name, parameters) = user.split_once(';').unwrap_or((user, ""));
        let target = format!("sip:{name}@{house};{parameters}").trim_end_matches(';').to_owned();
        Self { sip, rtp, house, to: format!("<sip:{name}@{house}>"), target, number: 0, unread: Vec::new() }
    }

    pub fn address(&self) -> SocketAddr {
        self.sip.local_addr().unwrap()
    }

    /// A description of its sound, with more lines.
    pub fn sdp(&self, lines: &str) -> String {
        let port = self.rtp.local_addr().unwrap().port();
        format!(
            "v=0\r\no=- 1 {} IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio {port} RTP/AVP 8 96\r\n\
             a=rtpmap:8 PCMA/8000\r\na=rtpmap:96 telephone-event/8000\r\n{lines}",
            self.number
        )
    }

    /// From now on it speaks to that house.
    pub fn calls_back(&mut self, house: SocketAddr) {
        self.house = house;
    }

    /// Calls with an offer, and is answered.
    pub async fn calls(&mut self, headers: &str) -> String {
        let offer = self.sdp("");
        self.requests("INVITE", headers, &offer).await;
        let answer = self.hears("SIP/2.0 200 ", "INVITE").await;
        self.requests("ACK", "", "").await;
        answer
    }

    /// Sends a request of its dialog; an ACK bears the number of what was sent last.
    pub async fn requests(&mut self, method: &str, headers: &str, body: &str) {
        self.number += u32::from(method != "ACK");
        self.sends(method, self.number, headers, body).await;
    }

    /// Sends the ACK to an answer that came some requests ago.
    pub async fn acknowledges(&self, answer: &str) {
        let number = header(answer, "CSeq").split(' ').next().unwrap().parse().unwrap();
        self.sends("ACK", number, "", "").await;
    }

    async fn sends(&self, method: &str, number: u32, headers: &str, body: &str) {
        let (own, target, to) = (self.address(), &self.target, &self.to);
        let content = match body.split(['=', '/']).next().unwrap_or_default() {
            "v" => "Content-Type: application/sdp\r\n",
            "Signal" => "Content-Type: application/dtmf-relay\r\n",
            "SIP" => "Content-Type: message/sipfrag\r\n",
            _ => "",
        };
        let request = format!(
            "{method} {target} SIP/2.0\r\nVia: SIP/2.0/UDP {own};branch=z9hG4bK{method}{number}\r\nFrom: <sip:bare@{own}>;tag=bare\r\n\
             To: {to}\r\nCall-ID: bare-{own}\r\nCSeq: {number} {method}\r\nContact: <sip:bare@{own}>\r\nMax-Forwards: 70\r\n{headers}{content}\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        );
        self.sip.send_to(request.as_bytes(), self.house).await.unwrap();
    }

    /// The next message that begins so and is of this method; others stay for later.
    pub async fn hears(&mut self, beginning: &str, method: &str) -> String {
        let is_it = |message: &String| message.starts_with(beginning) && header(message, "CSeq").ends_with(method);
        let heard = async {
            loop {
                if let Some(place) = self.unread.iter().position(is_it) {
                    return self.unread.remove(place);
                }
                let mut buffer = vec![0; 65_536];
                let length = self.sip.recv(&mut buffer).await.unwrap();
                self.unread.push(String::from_utf8(buffer[..length].to_vec()).unwrap());
            }
        };
        let Ok(message) = timeout(PATIENCE, heard).await else { panic!("no {beginning}{method} in {:#?}", self.unread) };
        if message.starts_with("SIP/2.0 ") && header(&message, "To").contains("tag=") {
            self.to = header(&message, "To").to_owned();
            self.target = contact(&message).unwrap_or(&self.target).to_owned();
        }
        message
    }

    /// Presses keys by INFO.
    pub async fn presses(&mut self, keys: &str) {
        for key in keys.chars() {
            self.requests("INFO", "", &format!("Signal={key}\r\nDuration=100\r\n")).await;
            self.hears("SIP/2.0 200 ", "INFO").await;
        }
    }

    /// Answers a request of the house.
    pub async fn answers(&self, request: &str, status: &str, headers: &str) {
        let mut answer = format!("SIP/2.0 {status}\r\n");
        let copied = ["Via", "From", "To", "Call-ID", "CSeq"];
        for line in request.lines().filter(|line| copied.iter().any(|name| line.starts_with(&format!("{name}:")))) {
            answer += &format!("{line}\r\n");
        }
        let answer = format!("{answer}Contact: <sip:bare@{}>\r\n{headers}Content-Length: 0\r\n\r\n", self.address());
        self.sip.send_to(answer.as_bytes(), self.house).await.unwrap();
    }

    /// The house ends the call.
    pub async fn is_hung_up(&mut self) -> String {
        let bye = self.hears("BYE ", "BYE").await;
        self.answers(&bye, "200 OK", "").await;
        bye
    }

    /// The next packet of the house's sound.
    pub async fn next_packet(&self) -> Vec<u8> {
        let mut packet = vec![0; 2048];
        let length = timeout(PATIENCE, self.rtp.recv(&mut packet)).await.expect("no sound comes").unwrap();
        packet[..length].to_vec()
    }
}

/// The value of a header.
pub fn header<'m>(message: &'m str, name: &str) -> &'m str {
    let value = |line: &'m str| line.split_once(':').filter(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim());
    message.lines().take_while(|line| !line.is_empty()).find_map(value).unwrap_or_default()
}

/// The address in the Contact.
fn contact(message: &str) -> Option<&str> {
    header(message, "Contact").split_once('<')?.1.split('>').next()
}
