//! The telephone of a house, put together: exchange, media, voices, and our own pages.

use std::error::Error;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use crate::clock::{Chance, Clock};
use crate::config::{Config, Login, Sip};
use crate::line::{
    CallSettings, EntranceSettings, Equipment, Exchange, ExchangeError, ExchangeSettings, HttpClients, HttpSetUpError, Media, MediaError,
    MediaSettings, SipTls, SoundShelf, Telephone,
};
use crate::passage::{AuthHeaders, OwnPages};
use crate::sip::{Account, Admission, AllowedPages, Register, RegistrationId, SessionLimits, TransportProtocol};
use crate::voice::Speaker;

use super::compose::Composition;
use super::voices::speaker;

/// After so long without sound, a packet of silence keeps the way through NAT open.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// For how long we register.
const REGISTRATION: Duration = Duration::from_secs(600);
/// What is spoken where a page says no language.
const LANGUAGE: &str = "en";

/// A telephone that can be rung.
pub struct OpenTelephone {
    /// Takes the calls once it runs.
    pub telephone: Telephone,
    /// Where calls can be made.
    pub exchange: Exchange,
    /// Who speaks.
    pub speaker: Speaker,
    /// What calls may take once we are told to stop.
    pub drain: Duration,
}

/// Why a telephone cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum TelephoneError {
    /// The exchange.
    #[error(transparent)]
    Exchange(#[from] ExchangeError),
    /// Sound.
    #[error(transparent)]
    Media(#[from] MediaError),
    /// Pages elsewhere.
    #[error(transparent)]
    Http(#[from] HttpSetUpError),
    /// The voices.
    #[error("nobody can speak: {0}")]
    Voices(Box<dyn Error>),
}

impl OpenTelephone {
    /// The address of its first listener.
    pub fn address(&self) -> Option<SocketAddr> {
        self.exchange.addresses().first().map(|(_, address)| *address)
    }
}

/// Opens the telephone that the configuration wants.
pub async fn open_telephone(
    sip: &Sip,
    config: &Config,
    composition: &Composition,
    clock: Clock,
    chance: Chance,
) -> Result<OpenTelephone, TelephoneError> {
    let (exchange, incoming) = Exchange::open(exchange_settings(sip), clock.clone(), chance.clone()).await?;
    for (number, login) in (1..).zip(&sip.registrations) {
        exchange.register(registration(number, login));
    }
    let pages = OwnPages::of(&composition.gateway, sip.domains.clone(), sip.default_tenant.clone());
    let speaker = speaker(&config.speech).map_err(TelephoneError::Voices)?;
    let equipment = Equipment {
        exchange: exchange.clone(),
        media: Media::start(media_settings(sip), chance.clone())?,
        speaker: Arc::new(speaker.clone()),
        pages: Arc::new(pages),
        results: Arc::new(AuthHeaders(Arc::clone(&composition.signer))),
        http: HttpClients::new()?,
        settings: call_settings(sip),
        clock,
        chance,
        shelf: Arc::new(SoundShelf::default()),
    };
    let drain = Duration::from_secs(u64::from(sip.drain_seconds));
    Ok(OpenTelephone { telephone: Telephone::new(equipment, incoming), exchange, speaker, drain })
}

fn exchange_settings(sip: &Sip) -> ExchangeSettings {
    let address = |protocol: &TransportProtocol| match protocol {
        TransportProtocol::Udp | TransportProtocol::Tcp => (*protocol, sip.listen),
        TransportProtocol::Tls => (*protocol, SocketAddr::new(sip.listen.ip(), sip.tls_port)),
    };
    let tls = sip.tls.as_ref().map(|tls| SipTls {
        certificate: tls.certificate.clone(),
        key: tls.key.clone(),
        authorities: sip.tls_authorities.clone(),
    });
    ExchangeSettings {
        listen: sip.transports.iter().map(address).collect(),
        advertised: sip.advertised,
        tls,
        admission: Admission {
            trusted: sip.trusted.clone(),
            users: sip.users.clone().into_iter().collect(),
            realm: sip.realm.clone(),
            most_calls: sip.max_calls,
            calls_per_second: sip.calls_per_second,
            ..Admission::default()
        },
        session: SessionLimits::default(),
        takes_refer: false,
        ladder: sip.log_messages,
    }
}

fn media_settings(sip: &Sip) -> MediaSettings {
    let silence = (sip.rtp_timeout_seconds > 0).then(|| Duration::from_secs(u64::from(sip.rtp_timeout_seconds)));
    MediaSettings {
        address: sip.listen.ip(),
        first_port: sip.rtp_ports.0,
        last_port: sip.rtp_ports.1,
        threads: sip.media_threads,
        silence,
        keep_alive: KEEP_ALIVE,
    }
}

fn call_settings(sip: &Sip) -> CallSettings {
    CallSettings {
        entrance: EntranceSettings { pages: AllowedPages::new(&sip.pages), variables: sip.variables.clone() },
        media_address: sip.advertised.unwrap_or(sip.listen.ip()),
        srtp: sip.srtp,
        language: LANGUAGE.to_owned(),
        gateway: sip.gateway.as_ref().map(|gateway| gateway.address.clone()),
        account: sip.gateway.as_ref().and_then(account),
        return_header: sip.return_header.clone(),
    }
}

fn account(login: &Login) -> Option<Account> {
    Some(Account { username: login.username.clone()?, password: login.password.clone()? })
}

fn registration(number: u64, login: &Login) -> Register {
    let mut registrar = login.address.clone();
    registrar.user = None;
    Register {
        registration: RegistrationId(number),
        registrar,
        address_of_record: login.address.clone(),
        expires: REGISTRATION,
        account: account(login),
    }
}
