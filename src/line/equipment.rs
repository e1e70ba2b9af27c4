//! What all calls share: exchange, media, voices, pages, and what the operator has set.

use std::net::IpAddr;
use std::sync::Arc;

use super::entrance::EntranceSettings;
use super::exchange::Exchange;
use super::fetch::HttpClients;
use super::media::Media;
use super::pages::{Pages, ResultHeaders};
use super::sound_shelf::SoundShelf;
use crate::clock::{Chance, Clock};
use crate::sip::{Account, Srtp, Uri};
use crate::voice::Speak;

/// How calls are treated.
#[derive(Debug, Clone)]
pub struct CallSettings {
    /// Where calls lead.
    pub entrance: EntranceSettings,
    /// Our address for media, as others reach it.
    pub media_address: IpAddr,
    /// SRTP for calls that are signalled over TLS.
    pub srtp: Srtp,
    /// What is spoken where a page says no language.
    pub language: String,
    /// Who puts calls through to telephone numbers, and to all other addresses when there is one.
    pub gateway: Option<Uri>,
    /// Who we are there.
    pub account: Option<Account>,
    /// The header with the address to which a call is given back when its dialog has ended.
    pub return_header: Option<String>,
}

/// What all calls share.
pub struct Equipment {
    /// Where calls are made and taken.
    pub exchange: Exchange,
    /// Ports and threads for sound.
    pub media: Media,
    /// Who speaks.
    pub speaker: Arc<dyn Speak>,
    /// Pages in this process.
    pub pages: Arc<dyn Pages>,
    /// Results for the next hop.
    pub results: Arc<dyn ResultHeaders>,
    /// For pages elsewhere.
    pub http: HttpClients,
    /// How calls are treated.
    pub settings: CallSettings,
    /// Time.
    pub clock: Clock,
    /// Chance.
    pub chance: Chance,
    /// Sounds that were heard before.
    pub shelf: Arc<SoundShelf>,
}
