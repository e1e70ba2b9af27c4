//! The media of one leg: what was agreed on with the other side, told to the media thread.

use std::net::{IpAddr, SocketAddr};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use tokio::sync::mpsc;

use super::call_leg::CallLeg;
use super::media::{Media, MediaStream};
use super::media_error::MediaError;
use super::media_news::MediaNews;
use super::media_order::MediaRemote;
use crate::audio;
use crate::clock::Chance;
use crate::rtp;
use crate::sip::{
    Body, Codec, Crypto, Direction, Headers, MediaSettings, Negotiated, Negotiation, NegotiationError, Refused, SessionNews, Srtp, SrtpKey,
    SrtpSuite,
};

/// Why a session does not come about.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// The two sides do not agree.
    #[error(transparent)]
    Negotiation(#[from] NegotiationError),
    /// There are no ports, or the media thread does not work.
    #[error(transparent)]
    Media(#[from] MediaError),
    /// The other side's keys, or ours.
    #[error("the keys of SRTP cannot be used: {0}")]
    Keys(#[from] rtp::SrtpKeyError),
}

/// One leg's ports, and what is said about them.
pub struct SessionMedia {
    negotiation: Negotiation,
    /// Its ports on the media thread: what is played, pressed, recorded.
    pub stream: MediaStream,
}

impl SessionError {
    /// The status that refuses an offer for this.
    pub fn status(&self) -> u16 {
        match self {
            Self::Negotiation(error) => error.status(),
            Self::Media(_) => 503,
            Self::Keys(_) => 488,
        }
    }
}

impl SessionMedia {
    /// Opens ports; `address` is ours as the other side reaches it.
    pub fn open(
        media: &Media,
        beside: Option<&MediaStream>,
        address: IpAddr,
        srtp: Srtp,
        chance: &Chance,
    ) -> Result<(Self, mpsc::Receiver<MediaNews>), MediaError> {
        let (stream, news) = media.open(beside)?;
        let settings = MediaSettings { srtp, ..MediaSettings::new(SocketAddr::new(address, stream.port())) };
        Ok((Self { negotiation: Negotiation::new(settings, chance), stream }, news))
    }

    /// Reads an offer, gives our answer, and sends where it says from now on.
    pub fn answer(&mut self, offer: &[u8]) -> Result<Vec<u8>, SessionError> {
        let answer = self.negotiation.answer(offer)?;
        self.apply()?;
        Ok(answer)
    }

    /// Which way sound may flow from our side; said with the next offer or answer.
    pub fn set_direction(&mut self, direction: Direction) {
        self.negotiation.set_direction(direction);
    }

    /// Our offer.
    pub fn offer(&mut self) -> Vec<u8> {
        self.negotiation.offer()
    }

    /// Reads the answer to our offer.
    pub fn take_answer(&mut self, answer: &[u8]) -> Result<(), SessionError> {
        self.negotiation.accept_answer(answer)?;
        self.apply()
    }

    /// Does what is said about the session of a call that stands: hold, resume, another codec or address.
    pub fn follow(&mut self, news: SessionNews, leg: &CallLeg) {
        match news {
            SessionNews::Offered(None) => leg.accept(self.offer(), Headers::default()),
            SessionNews::Offered(Some(Body(offer))) => match self.answer(&offer) {
                Ok(answer) => leg.accept(answer, Headers::default()),
                Err(error) => leg.refuse(Refused::with(error.status())),
            },
            SessionNews::Answered(Body(answer)) => {
                if let Err(error) = self.take_answer(&answer) {
                    tracing::info!(call = %leg.id(), "an answer of the other side cannot be used: {error}");
                }
            }
            SessionNews::Refused(_) => self.withdraw_offer(),
        }
    }

    /// Our offer was refused.
    fn withdraw_offer(&mut self) {
        self.negotiation.withdraw_offer();
    }

    /// What was agreed on.
    pub fn negotiated(&self) -> Option<&Negotiated> {
        self.negotiation.negotiated()
    }

    /// Whether packets of the other side are to be expected.
    pub fn is_receiving(&self) -> bool {
        self.negotiated().is_some_and(|negotiated| negotiated.direction.receives())
    }

    fn apply(&mut self) -> Result<(), SessionError> {
        let Some(negotiated) = self.negotiation.negotiated() else { return Ok(()) };
        self.stream.set_remote(remote(negotiated)?)?;
        // Where keys come as events, nobody needs to look for tones.
        self.stream.tap(negotiated.telephone_event_received.is_none())?;
        Ok(())
    }
}

fn remote(negotiated: &Negotiated) -> Result<MediaRemote, SessionError> {
    let reachable = |address: &SocketAddr| !address.ip().is_unspecified() && address.port() != 0;
    let direction = rtp::Direction { sends: negotiated.direction.sends(), receives: negotiated.direction.receives() };
    let codec = match negotiated.codec {
        Codec::Pcmu => audio::Codec::Pcmu,
        Codec::Pcma => audio::Codec::Pcma,
    };
    let format = rtp::Format {
        codec,
        payload_type: negotiated.payload_type,
        event_out: negotiated.telephone_event,
        event_in: negotiated.telephone_event_received,
        direction,
        packet_time: negotiated.packet_time,
    };
    let srtp = negotiated.crypto.as_ref().map(keys).transpose()?;
    Ok(MediaRemote {
        rtp: Some(negotiated.remote).filter(reachable),
        rtcp: negotiated.rtcp.filter(reachable),
        rtcp_mux: negotiated.rtcp_mux,
        format,
        srtp,
    })
}

/// The peer's keys and our own.
fn keys(crypto: &Crypto) -> Result<(rtp::SrtpKeys, rtp::SrtpKeys), rtp::SrtpKeyError> {
    Ok((srtp_keys(crypto.suite, &crypto.remote)?, srtp_keys(crypto.suite, &crypto.local)?))
}

fn srtp_keys(suite: SrtpSuite, key: &SrtpKey) -> Result<rtp::SrtpKeys, rtp::SrtpKeyError> {
    rtp::SrtpKeys::read(&format!("{} inline:{}", suite.as_str(), STANDARD.encode(key.expose())))
}
