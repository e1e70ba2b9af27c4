//! The rehearsed gateway's own telephone, on loopback, for one call.

use std::collections::BTreeMap;
use std::error::Error;
use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use crate::clock::{Chance, Clock};
use crate::line::{
    CallSettings, Carrier, EntranceSettings, Equipment, Exchange, ExchangeError, ExchangeSettings, HttpClients, HttpSetUpError,
    IncomingCall, Media, MediaSettings, SoundShelf, Telephone,
};
use crate::passage::{AuthHeaders, OwnPages, TokenSigner};
use crate::secret::MasterKey;
use crate::sip::{Admission, AllowedPages, Host, Srtp, TransportProtocol, Uri};
use crate::web::Gateway;

use super::dialled::Dialled;
use super::engaged::Engaged;
use super::herald::Herald;
use super::house::KEY;
use super::sip_invitation::{LOOPBACK, carried};
use super::timed_pages::TimedPages;
use super::world::{TENANT, World};

/// Ports for the sound of the house.
const RTP_PORTS: (u16, u16) = (50_000, 54_999);
/// What a call may take to end once nobody is there.
const DRAIN: Duration = Duration::from_secs(60);
/// After so long without a packet nobody is there.
const SILENCE: Duration = Duration::from_secs(60);

/// For pages elsewhere, which no rehearsal fetches: costly to make, so made once.
static CLIENTS: OnceLock<HttpClients> = OnceLock::new();

/// A telephone that takes one call.
pub(super) struct SipHouse {
    pub address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    running: JoinHandle<()>,
}

impl SipHouse {
    /// Opens it. Who is put through goes to `far`; `engaged` tells when it is at work.
    pub async fn open(
        gateway: &Gateway,
        world: &World,
        dialled: &Dialled,
        far: SocketAddr,
        engaged: Arc<Engaged>,
        carrier: Option<Arc<dyn Carrier>>,
    ) -> Result<Self, Box<dyn Error + Send + Sync>> {
        let chance = Chance::seeded(2);
        let (exchange, incoming) = open_exchange(carrier.clone(), world.clock.clone(), chance.clone()).await?;
        let address = address(&exchange);
        let own = OwnPages::of(gateway, BTreeMap::new(), Some(TENANT.to_owned()));
        let signer = TokenSigner::new(&MasterKey::new(KEY), world.clock.clone());
        let equipment = Equipment {
            exchange,
            media: Media::start_in_runtime(media_settings(RTP_PORTS), carrier, chance.clone())?,
            speaker: Arc::new(Herald::default()),
            pages: Arc::new(TimedPages { own, clock: world.clock.clone(), engaged }),
            results: Arc::new(AuthHeaders(Arc::new(signer))),
            http: clients()?,
            settings: call_settings(dialled, far),
            clock: world.clock.clone(),
            chance,
            shelf: Arc::new(SoundShelf::default()),
        };
        let (stop, stopped) = oneshot::channel::<()>();
        // Who drops the other end wants the same as who sends.
        let told = async { drop(stopped.await) };
        let running = tokio::spawn(Telephone::new(equipment, incoming).run(told, DRAIN));
        Ok(Self { address, stop: Some(stop), running })
    }

    /// Until the pages of its calls have said all that they had to say.
    pub async fn close(&mut self) {
        if self.stop.take().is_some_and(|stop| stop.send(()).is_ok()) {
            // A telephone that broke off is told by what its caller missed.
            drop((&mut self.running).await);
        }
    }
}

impl Drop for SipHouse {
    fn drop(&mut self) {
        self.running.abort();
    }
}

/// An exchange on loopback that trusts everybody there.
pub(super) async fn open_exchange(
    carrier: Option<Arc<dyn Carrier>>,
    clock: Clock,
    chance: Chance,
) -> Result<(Exchange, mpsc::Receiver<IncomingCall>), ExchangeError> {
    let settings = ExchangeSettings {
        listen: vec![(TransportProtocol::Udp, SocketAddr::new(LOOPBACK, 0))],
        admission: Admission { trusted: vec![LOOPBACK.into()], ..Admission::default() },
        takes_refer: true,
        ..ExchangeSettings::default()
    };
    Exchange::open_behind(carrier, settings, clock, chance).await
}

/// Where an exchange listens.
pub(super) fn address(exchange: &Exchange) -> SocketAddr {
    exchange.addresses().first().map_or(SocketAddr::new(LOOPBACK, 0), |(_, address)| *address)
}

/// Sound on loopback.
pub(super) fn media_settings((first_port, last_port): (u16, u16)) -> MediaSettings {
    let keep_alive = Duration::from_secs(1);
    MediaSettings { address: LOOPBACK, first_port, last_port, threads: 1, silence: Some(SILENCE), keep_alive }
}

fn clients() -> Result<HttpClients, HttpSetUpError> {
    let made = CLIENTS.get().cloned().map_or_else(HttpClients::new, Ok)?;
    Ok(CLIENTS.get_or_init(|| made).clone())
}

fn call_settings(dialled: &Dialled, far: SocketAddr) -> CallSettings {
    CallSettings {
        entrance: EntranceSettings { pages: AllowedPages::default(), variables: carried(dialled) },
        media_address: LOOPBACK,
        srtp: Srtp::Off,
        language: "en".to_owned(),
        gateway: Some(Uri::sip(Host::from(far.ip())).with_port(far.port())),
        account: None,
        return_header: None,
    }
}
