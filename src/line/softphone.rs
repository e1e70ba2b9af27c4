//! A telephone of our own: makes a call over SIP, hears it, and presses keys as its user wants.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::time::Duration;

use super::exchange::Exchange;
use super::exchange_settings::ExchangeSettings;
use super::hearing::Hearing;
use super::key_plan::KeyPlan;
use super::media::{Media, MediaSettings};
use super::outgoing_call::OutgoingCall;
use super::resolver::resolve;
use super::session_media::SessionMedia;
use super::sip_names::SipNames;
use super::softphone_call::SoftphoneCall;
use super::softphone_user::{SoftphoneEnding, SoftphoneError, SoftphoneUser};
use crate::clock::{Chance, Clock};
use crate::sip::{Account, Headers, Host, NameAddr, Srtp, TransportProtocol, Uri};

/// Ports for sound, away from those of a gateway on the same machine.
const RTP_PORTS: (u16, u16) = (40_000, 49_999);
/// After so long without keys or sound of ours, a packet of silence keeps the way through NAT open.
const KEEP_ALIVE: Duration = Duration::from_secs(1);

/// A telephone that makes one call.
pub struct Softphone {
    exchange: Exchange,
    media: Media,
    address: IpAddr,
    target: Uri,
    chance: Chance,
}

/// How a call is made.
pub struct Dialling {
    /// Who calls: a number or name.
    pub from: String,
    /// Headers of the INVITE.
    pub headers: Headers,
    /// For who asks who we are.
    pub account: Option<Account>,
    /// Groups of keys between blanks; each is pressed when a prompt has gone silent.
    pub keys: String,
    /// What is heard is kept.
    pub is_recorded: bool,
}

impl Softphone {
    /// A telephone that will call `target`, at the address of this machine that is next to it.
    pub async fn open(target: Uri, clock: Clock, chance: Chance) -> Result<Self, SoftphoneError> {
        let route = resolve(&target, &SipNames::of_system(chance.clone())).await;
        let Some(peer) = route.peers.first() else { return Err(SoftphoneError::Nowhere(Box::new(target))) };
        let address = near(peer.address).map_err(|error| SoftphoneError::NoWay(peer.address, error))?;
        let any = SocketAddr::new(address, 0);
        let settings =
            ExchangeSettings { listen: vec![(TransportProtocol::Udp, any), (TransportProtocol::Tcp, any)], ..ExchangeSettings::default() };
        // Nobody calls this telephone: who tries is refused.
        let (exchange, _) = Exchange::open(settings, clock, chance.clone()).await?;
        let media =
            MediaSettings { address, first_port: RTP_PORTS.0, last_port: RTP_PORTS.1, threads: 1, silence: None, keep_alive: KEEP_ALIVE };
        Ok(Self { exchange, media: Media::start(media, chance.clone())?, address, target, chance })
    }

    /// Calls, and stays on the line until one side hangs up.
    pub async fn call(&self, dialling: Dialling, user: &mut impl SoftphoneUser) -> Result<SoftphoneEnding, SoftphoneError> {
        let Dialling { from, headers, account, keys, is_recorded } = dialling;
        let (mut session, news) = SessionMedia::open(&self.media, None, self.address, Srtp::Off, &self.chance)?;
        session.stream.record(true)?;
        let own = Uri::sip(Host::from(self.address)).with_user(&from);
        let call =
            OutgoingCall { target: self.target.clone(), proxy: None, from: NameAddr::new(own), sdp: session.offer(), headers, account };
        let leg = self.exchange.dial(call).await;
        SoftphoneCall::new(leg, session, KeyPlan::new(&keys), Hearing::new(is_recorded)).run(news, user).await
    }
}

/// Our own address on the way to `peer`. Connecting a datagram socket sends nothing.
fn near(peer: SocketAddr) -> io::Result<IpAddr> {
    let any: IpAddr = if peer.is_ipv4() { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() };
    let socket = UdpSocket::bind((any, 0))?;
    socket.connect(peer)?;
    Ok(socket.local_addr()?.ip())
}
