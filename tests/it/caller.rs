//! A person with a SIP telephone: our own user agent and media on loopback, who calls, listens, presses keys and hangs up.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use callward::audio::{Sound, ringback};
use callward::clock::{Chance, Clock};
use callward::line::{
    CallLeg, Exchange, ExchangeSettings, IncomingCall, Media, MediaNews, MediaSettings, OutgoingCall, SessionMedia, SipTls,
};
use callward::rtp::{Key, KeyTiming};
use callward::secret::SecretText;
use callward::sip::{
    Account, Admission, Body, CallNews, Direction, Ending, Headers, Host, NameAddr, Peer, SessionNews, Srtp, TransportProtocol, Uri,
};
use tokio::sync::mpsc;
use tokio::time::timeout;

/// What anything may take in a test.
const PATIENCE: Duration = Duration::from_secs(30);
/// What is louder than this sample is heard.
const LOUD: i16 = 500;

/// A telephone.
pub struct Caller {
    exchange: Exchange,
    media: Media,
    incoming: mpsc::Receiver<IncomingCall>,
    account: Option<Account>,
}

/// One call of it.
pub struct Line {
    pub leg: CallLeg,
    /// The call's name on the wire, once it is answered.
    pub call_id: String,
    session: SessionMedia,
    news: mpsc::Receiver<MediaNews>,
}

impl Caller {
    pub async fn new() -> Self {
        Self::with_tls(None).await
    }

    /// One that speaks TLS too.
    pub async fn with_tls(tls: Option<SipTls>) -> Self {
        let loopback = IpAddr::V4(Ipv4Addr::LOCALHOST);
        let settings = ExchangeSettings {
            listen: vec![(TransportProtocol::Udp, SocketAddr::new(loopback, 0)), (TransportProtocol::Tcp, SocketAddr::new(loopback, 0))],
            tls,
            admission: Admission { trusted: vec!["127.0.0.0/8".parse().unwrap()], ..Admission::default() },
            takes_refer: true,
            ..ExchangeSettings::default()
        };
        let (exchange, incoming) = Exchange::open(settings, Clock::system(), Chance::system()).await.unwrap();
        let media = MediaSettings {
            address: loopback,
            first_port: 30_000,
            last_port: 39_999,
            threads: 1,
            silence: None,
            keep_alive: Duration::from_secs(1),
        };
        Self { exchange, media: Media::start(media, Chance::system()).unwrap(), incoming, account: None }
    }

    pub fn with_account(self, username: &str, password: &str) -> Self {
        let account = Account { username: username.to_owned(), password: SecretText::new(password) };
        Self { account: Some(account), ..self }
    }

    /// Calls `user`, with parameters, at that address.
    pub async fn dial(&self, user: &str, at: SocketAddr) -> Line {
        self.dial_over(user, Peer::udp(at)).await
    }

    pub async fn dial_over(&self, user: &str, peer: Peer) -> Line {
        self.dial_with(user, peer, Srtp::Off, |offer| offer).await
    }

    /// With an offer that may be another one.
    pub async fn dial_with(&self, user: &str, peer: Peer, srtp: Srtp, change: impl Fn(Vec<u8>) -> Vec<u8>) -> Line {
        let (mut session, news) = SessionMedia::open(&self.media, None, IpAddr::V4(Ipv4Addr::LOCALHOST), srtp, &Chance::system()).unwrap();
        session.stream.record(true).unwrap();
        let (name, parameters) = user.split_once(';').unwrap_or((user, ""));
        let target = format!("sip:{name}@{};{parameters}", peer.address);
        let call = OutgoingCall {
            target: target.trim_end_matches(';').parse().unwrap(),
            proxy: None,
            from: NameAddr::new(Uri::sip(Host::from(IpAddr::V4(Ipv4Addr::LOCALHOST))).with_user("+4930901820")),
            sdp: change(session.offer()),
            headers: Headers::default(),
            account: self.account.clone(),
        };
        let leg = self.exchange.dial(call.through(peer)).await;
        Line { leg, call_id: String::new(), session, news }
    }

    /// The address at which it is called.
    pub fn address(&self) -> SocketAddr {
        self.exchange.addresses()[0].1
    }

    /// Somebody calls.
    pub async fn rings(&mut self) -> IncomingCall {
        timeout(PATIENCE, self.incoming.recv()).await.expect("nobody calls").unwrap()
    }

    /// Takes the call that comes next.
    pub async fn answers(&mut self) -> Line {
        self.answers_with_headers().await.0
    }

    /// The same, with what its INVITE said.
    pub async fn answers_with_headers(&mut self) -> (Line, Headers) {
        let IncomingCall { leg, invitation } = self.rings().await;
        let (mut session, news) =
            SessionMedia::open(&self.media, None, IpAddr::V4(Ipv4Addr::LOCALHOST), Srtp::Off, &Chance::system()).unwrap();
        session.stream.record(true).unwrap();
        let answer = session.answer(&invitation.request.body).unwrap();
        leg.accept(answer, Headers::default());
        let call_id = invitation.request.headers.call_id().unwrap().to_owned();
        (Line { leg, call_id, session, news }, invitation.request.headers.clone())
    }
}

impl Line {
    /// Until the call is answered.
    pub async fn answered(&mut self) {
        let answered = async {
            loop {
                match self.leg.news().await {
                    Some(CallNews::Answered { sdp: Some(Body(sdp)), headers }) => {
                        self.call_id = headers.call_id().unwrap().to_owned();
                        return self.session.take_answer(&sdp).unwrap();
                    }
                    Some(CallNews::Ended(ending)) => panic!("not answered: {ending:?}"),
                    None => panic!("the exchange has closed"),
                    Some(_) => {}
                }
            }
        };
        timeout(PATIENCE, answered).await.expect("nobody answers");
    }

    /// Until something is heard after silence.
    pub async fn hears(&mut self) {
        let heard = async {
            while self.is_loud().await {}
            while !self.is_loud().await {}
        };
        timeout(PATIENCE, heard).await.expect("nothing is heard");
    }

    /// Until nothing is heard any longer: a prompt was cut short.
    pub async fn hears_nothing(&mut self) {
        let silent = async { while self.is_loud().await {} };
        timeout(PATIENCE, silent).await.expect("it does not fall silent");
    }

    /// Until something is heard.
    pub async fn hears_at_once(&mut self) {
        let heard = async { while !self.is_loud().await {} };
        timeout(PATIENCE, heard).await.expect("nothing is heard");
    }

    pub fn press(&self, keys: &str) {
        let keys: Vec<Key> = keys.chars().map(|key| Key::from_symbol(key).unwrap()).collect();
        self.session.stream.press(keys, KeyTiming::default()).unwrap();
    }

    /// Says something for some seconds.
    pub fn says(&self) {
        self.session.stream.play(vec![ringback()], false).unwrap();
    }

    /// Until the other side has ended the call.
    pub async fn ended(&mut self) -> Ending {
        let ended = async {
            loop {
                match self.leg.news().await {
                    Some(CallNews::Ended(ending)) => return ending,
                    None => panic!("the exchange has closed"),
                    Some(_) => {}
                }
            }
        };
        timeout(PATIENCE, ended).await.expect("the call does not end")
    }

    /// All that is heard until the other side has ended the call.
    pub async fn hears_to_the_end(&mut self) -> Sound {
        let mut samples = Vec::new();
        let ended = async {
            loop {
                tokio::select! {
                    Some(news) = self.news.recv() => if let MediaNews::Recorded(heard) = news {
                        samples.extend(heard.payload.iter().map(|byte| heard.codec.decode(*byte)));
                    },
                    news = self.leg.news() => match news {
                        Some(CallNews::Ended(_)) => return,
                        None => panic!("the exchange has closed"),
                        Some(_) => {}
                    },
                }
            }
        };
        timeout(PATIENCE, ended).await.expect("the call does not end");
        Sound::new(samples)
    }

    pub async fn hang_up(&mut self) {
        self.leg.hang_up(Headers::default());
        self.ended().await;
    }

    /// Holds the call, or goes on with it.
    pub async fn offer(&mut self, direction: Direction) {
        self.session.set_direction(direction);
        self.offer_with(|offer| offer).await;
    }

    /// Offers the session as another telephone would.
    pub async fn offer_with(&mut self, change: impl Fn(Vec<u8>) -> Vec<u8>) {
        let offer = change(self.session.offer());
        self.leg.offer(offer);
        let agreed = async {
            loop {
                match self.leg.news().await {
                    Some(CallNews::Session(SessionNews::Answered(Body(sdp)))) => return self.session.take_answer(&sdp).unwrap(),
                    Some(CallNews::Ended(ending)) => panic!("ended: {ending:?}"),
                    None => panic!("the exchange has closed"),
                    Some(_) => {}
                }
            }
        };
        timeout(PATIENCE, agreed).await.expect("the offer is not answered");
    }

    /// Which way sound may flow.
    pub fn direction(&self) -> Direction {
        self.session.negotiated().unwrap().direction
    }

    /// Whether the next fifth of a second holds a loud sample; frames that are not sent are not recorded.
    async fn is_loud(&mut self) -> bool {
        loop {
            match self.news.recv().await {
                Some(MediaNews::Recorded(heard)) => {
                    return heard.payload.iter().any(|byte| heard.codec.decode(*byte).saturating_abs() > LOUD);
                }
                Some(MediaNews::Closed(_)) | None => panic!("the media have closed"),
                Some(_) => {}
            }
        }
    }
}
