//! The least that answers calls: one thread that copies lines, and opens the ports of a call. Its processor time is what the system
//! itself takes for as many datagrams and sockets at that rate.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::process::Command;

use crate::measured::Measured;

/// The argument that makes this program such an answerer.
pub const ARGUMENT: &str = "--answer-barely";

/// Headers that an answer copies.
const COPIED: [&str; 5] = ["Via:", "From:", "To:", "Call-ID:", "CSeq:"];

/// Starts one; gives where it listens.
pub fn start() -> (Measured, SocketAddr) {
    let mut command = Command::new(std::env::current_exe().expect("this program is a file"));
    command.arg(ARGUMENT);
    let (process, mut lines) = Measured::start(command);
    let address = lines.next().and_then(|line| line.parse().ok()).expect("it tells where it listens");
    (process, address)
}

/// Answers until it is ended.
pub fn answer() -> ! {
    let socket = open();
    eprintln!("{}", socket.local_addr().expect("it is bound"));
    let (mut calls, mut buffer) = (HashMap::new(), vec![0; 65_536]);
    loop {
        let Ok((length, from)) = socket.recv_from(&mut buffer) else { continue };
        let request = String::from_utf8_lossy(&buffer[..length]);
        let call = header(&request, "Call-ID:").to_owned();
        let answer = match request.split(' ').next() {
            Some("INVITE") => accepted(&request, &socket, calls.entry(call).or_insert_with(|| (open(), open())).0.local_addr().ok()),
            Some("BYE") => {
                calls.remove(&call);
                format!("{}Content-Length: 0\r\n\r\n", copied(&request))
            }
            _ => continue,
        };
        socket.send_to(answer.as_bytes(), from).expect("loopback takes it");
    }
}

fn open() -> UdpSocket {
    UdpSocket::bind((IpAddr::V4(Ipv4Addr::LOCALHOST), 0)).expect("loopback has a port")
}

fn accepted(request: &str, socket: &UdpSocket, sound: Option<SocketAddr>) -> String {
    let port = sound.map_or(0, |address| address.port());
    let sdp = format!("v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio {port} RTP/AVP 0\r\n");
    let contact = socket.local_addr().expect("it is bound");
    let head = copied(request).replace("\r\nCall-ID:", ";tag=bare\r\nCall-ID:");
    format!("{head}Contact: <sip:{contact}>\r\nContent-Type: application/sdp\r\nContent-Length: {}\r\n\r\n{sdp}", sdp.len())
}

/// The head of a 200; To stands before Call-ID in the requests of our load tool.
fn copied(request: &str) -> String {
    let lines = request.lines().filter(|line| COPIED.iter().any(|name| line.starts_with(name)));
    lines.fold("SIP/2.0 200 OK\r\n".to_owned(), |head, line| head + line + "\r\n")
}

fn header<'r>(request: &'r str, name: &str) -> &'r str {
    request.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default()
}
