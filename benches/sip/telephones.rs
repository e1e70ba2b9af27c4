//! The telephones of the load tool.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use callward::clock::{Chance, Clock};
use callward::line::{CallLeg, Exchange, ExchangeSettings, Media, MediaNews, MediaSettings, OutgoingCall, SessionMedia};
use callward::sip::{Body, CallNews, Headers, Host, NameAddr, Srtp, TransportProtocol, Uri};
use tokio::sync::mpsc;

const LOOPBACK: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
/// How long a call of the first measurement stands.
const STANDS: Duration = Duration::from_secs(1);

/// The load tool's telephones.
pub struct Telephones {
    exchange: Exchange,
    media: Media,
    sip: SocketAddr,
}

/// A call that hears a prompt.
pub struct Standing {
    leg: CallLeg,
    pub session: SessionMedia,
    _news: mpsc::Receiver<MediaNews>,
}

impl Telephones {
    /// Opens telephones that will call there.
    pub async fn open(sip: SocketAddr) -> Self {
        let settings =
            ExchangeSettings { listen: vec![(TransportProtocol::Udp, SocketAddr::new(LOOPBACK, 0))], ..ExchangeSettings::default() };
        let (exchange, _) = Exchange::open(settings, Clock::system(), Chance::system()).await.expect("loopback has a port");
        let media = MediaSettings {
            address: LOOPBACK,
            first_port: 40_000,
            last_port: 60_000,
            threads: 1,
            silence: None,
            keep_alive: Duration::from_secs(15),
        };
        Self { exchange, media: Media::start(media, Chance::system()).expect("the media thread starts"), sip }
    }

    /// Calls, with this description of our sound.
    pub async fn dial(&self, target: &str, sdp: Vec<u8>) -> CallLeg {
        let call = OutgoingCall {
            target: target.parse().expect("it is an address"),
            proxy: None,
            from: NameAddr::new(Uri::sip(Host::from(LOOPBACK)).with_user("+4930901820")),
            sdp,
            headers: Headers::default(),
            account: None,
        };
        self.exchange.dial(call).await
    }

    /// A call from its beginning to its end.
    pub async fn set_up(&self, target: &str, sdp: &str) -> Option<Duration> {
        answered_within(self.dial(target, sdp.as_bytes().to_vec()).await, Instant::now()).await
    }

    /// A call of customer `number` that is answered and hears its prompts.
    pub async fn stand(&self, number: usize) -> Standing {
        let (mut session, news) =
            SessionMedia::open(&self.media, None, LOOPBACK, Srtp::Off, &Chance::system()).expect("there are ports and file handles");
        let mut leg = self.dial(&format!("sip:two-factor@{};identity={number}", self.sip), session.offer()).await;
        loop {
            match leg.news().await {
                Some(CallNews::Answered { sdp: Some(Body(sdp)), .. }) => {
                    session.take_answer(&sdp).expect("the answer fits the offer");
                    return Standing { leg, session, _news: news };
                }
                Some(CallNews::Ended(ending)) => panic!("call {number} is not answered: {ending:?}"),
                None => panic!("the exchange has closed"),
                Some(_) => {}
            }
        }
    }
}

/// Until the call is answered; then it stands for a while. `None` when it is not.
pub async fn answered_within(mut leg: CallLeg, dialled: Instant) -> Option<Duration> {
    loop {
        match leg.news().await? {
            CallNews::Answered { .. } => break,
            CallNews::Ended(_) => return None,
            _ => {}
        }
    }
    let time = dialled.elapsed();
    tokio::time::sleep(STANDS).await;
    leg.hang_up(Headers::default());
    while leg.news().await.is_some() {}
    Some(time)
}

/// Whether the call ends with a caller who is verified.
pub async fn is_verified(mut call: Standing) -> bool {
    while let Some(news) = call.leg.news().await {
        if let CallNews::Ended(ending) = news {
            return ending.headers.get("X-Auth-Status") == Some("verified");
        }
    }
    false
}
