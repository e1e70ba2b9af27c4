//! RTP as a machine (RFC 3550, 3551, 3711, 4733): packets and time in; keys, sound, reports and silence out.

mod control;
mod jitter;
mod key;
mod key_receiver;
mod key_sender;
mod latch;
mod media_format;
mod outgoing;
mod packet;
mod packing;
mod press;
mod protection;
mod reception;
mod replay;
mod reporting;
mod rtcp;
mod sending;
mod source;
mod srtp;
mod srtp_keys;
mod statistics;
mod stream;
mod stream_settings;
mod talker;
mod telephone_event;
#[cfg(test)]
mod two_streams;

pub use jitter::Frame;
pub use key::Key;
pub use key_receiver::KeyReceiver;
pub use key_sender::KeyTiming;
pub use media_format::{Direction, Format};
pub use outgoing::Outgoing;
pub use packet::{HEADER_BYTES, Header, Packet, PacketError};
pub use press::EventArrival;
pub use rtcp::{ReportBlock, RtcpPacket, SenderInfo, read_rtcp};
pub use srtp_keys::{CryptoSuite, SrtpKeyError, SrtpKeys};
pub use statistics::Statistics;
pub use stream::Stream;
pub use stream_settings::{Action, StreamSettings};
pub use telephone_event::TelephoneEvent;
