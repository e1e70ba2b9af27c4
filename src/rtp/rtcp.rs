//! RTCP packets: sender and receiver reports, CNAME, BYE; compound packets are read tolerantly (RFC 3550 §6).

const VERSION: u8 = 0x80;
const SENDER_REPORT: u8 = 200;
const RECEIVER_REPORT: u8 = 201;
const SOURCE_DESCRIPTION: u8 = 202;
const GOODBYE: u8 = 203;
const CNAME: u8 = 1;
const WORD: usize = 4;

/// What a sender says of itself (§6.4.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SenderInfo {
    /// NTP time in 32.32 bits; by the sender's own clock.
    pub ntp: u64,
    /// The same moment as a timestamp of its packets.
    pub timestamp: u32,
    /// Packets it has sent.
    pub packets: u32,
    /// Bytes of payload it has sent.
    pub octets: u32,
}

/// What a receiver says of one source (§6.4.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReportBlock {
    /// The source.
    pub ssrc: u32,
    /// Lost since the last report, in 256ths.
    pub fraction_lost: u8,
    /// Lost since the beginning; 24 bits with sign.
    pub lost: i32,
    /// The extended highest sequence number.
    pub highest: u32,
    /// Interarrival jitter in samples.
    pub jitter: u32,
    /// The middle 32 bits of the NTP time of the last sender report, or 0.
    pub last_report: u32,
    /// The time since then, in 65,536ths of a second.
    pub delay_since: u32,
}

/// One packet of a compound.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RtcpPacket {
    /// A sender report.
    Sender {
        /// Who reports.
        ssrc: u32,
        /// What it has sent.
        info: SenderInfo,
        /// What it has received.
        blocks: Vec<ReportBlock>,
    },
    /// A receiver report.
    Receiver {
        /// Who reports.
        ssrc: u32,
        /// What it has received.
        blocks: Vec<ReportBlock>,
    },
    /// The name that stays when the source's number changes.
    Name {
        /// Whose name.
        ssrc: u32,
        /// The CNAME.
        cname: String,
    },
    /// Sources that leave.
    Bye(Vec<u32>),
}

/// Reads a compound packet up to the first place where it is broken; kinds that we do not know are skipped.
pub fn read_rtcp(bytes: &[u8]) -> Vec<RtcpPacket> {
    let mut packets = Vec::new();
    let mut rest = bytes;
    while let [first, kind, high, low, ..] = *rest {
        let length = (usize::from(u16::from_be_bytes([high, low])) + 1) * WORD;
        if first >> 6 != 2 || length > rest.len() {
            break;
        }
        let (packet, behind) = rest.split_at(length);
        packets.extend(read_packet(kind, first & 0x1f, packet.get(WORD..).unwrap_or_default()));
        rest = behind;
    }
    packets
}

impl RtcpPacket {
    /// Appends the packet to a compound.
    pub fn write(&self, compound: &mut Vec<u8>) {
        let start = compound.len();
        match self {
            Self::Sender { ssrc, info, blocks } => {
                begin(compound, blocks.len().min(31), SENDER_REPORT);
                push(compound, *ssrc);
                compound.extend(info.ntp.to_be_bytes());
                [info.timestamp, info.packets, info.octets].into_iter().for_each(|word| push(compound, word));
                blocks.iter().take(31).for_each(|block| block.write(compound));
            }
            Self::Receiver { ssrc, blocks } => {
                begin(compound, blocks.len().min(31), RECEIVER_REPORT);
                push(compound, *ssrc);
                blocks.iter().take(31).for_each(|block| block.write(compound));
            }
            Self::Name { ssrc, cname } => write_name(compound, *ssrc, cname),
            Self::Bye(sources) => {
                begin(compound, sources.len().min(31), GOODBYE);
                sources.iter().take(31).for_each(|ssrc| push(compound, *ssrc));
            }
        }
        finish(compound, start);
    }
}

impl ReportBlock {
    const BYTES: usize = 24;

    fn read(bytes: &[u8]) -> Option<Self> {
        let loss = word(bytes, 1)?;
        Some(Self {
            ssrc: word(bytes, 0)?,
            fraction_lost: loss.to_be_bytes()[0],
            lost: (loss << 8).cast_signed() >> 8,
            highest: word(bytes, 2)?,
            jitter: word(bytes, 3)?,
            last_report: word(bytes, 4)?,
            delay_since: word(bytes, 5)?,
        })
    }

    fn write(&self, compound: &mut Vec<u8>) {
        let loss = u32::from(self.fraction_lost) << 24 | self.lost.cast_unsigned() & 0x00ff_ffff;
        let words = [self.ssrc, loss, self.highest, self.jitter, self.last_report, self.delay_since];
        words.into_iter().for_each(|word| push(compound, word));
    }
}

fn read_packet(kind: u8, count: u8, body: &[u8]) -> Option<RtcpPacket> {
    match kind {
        SENDER_REPORT => {
            let ntp = u64::from(word(body, 1)?) << 32 | u64::from(word(body, 2)?);
            let info = SenderInfo { ntp, timestamp: word(body, 3)?, packets: word(body, 4)?, octets: word(body, 5)? };
            Some(RtcpPacket::Sender { ssrc: word(body, 0)?, info, blocks: read_blocks(body.get(6 * WORD..)?, count) })
        }
        RECEIVER_REPORT => Some(RtcpPacket::Receiver { ssrc: word(body, 0)?, blocks: read_blocks(body.get(WORD..)?, count) }),
        SOURCE_DESCRIPTION => read_name(body),
        GOODBYE => Some(RtcpPacket::Bye((0..usize::from(count)).map_while(|index| word(body, index)).collect())),
        _ => None,
    }
}

fn read_blocks(body: &[u8], count: u8) -> Vec<ReportBlock> {
    body.chunks_exact(ReportBlock::BYTES).take(usize::from(count)).filter_map(ReportBlock::read).collect()
}

/// The name in the first chunk, wherever it stands among the items (§6.5).
fn read_name(body: &[u8]) -> Option<RtcpPacket> {
    let ssrc = word(body, 0)?;
    let mut items = body.get(WORD..)?;
    while let [kind, length, rest @ ..] = items {
        let text = rest.get(..usize::from(*length))?;
        if *kind == CNAME {
            return Some(RtcpPacket::Name { ssrc, cname: String::from_utf8_lossy(text).into_owned() });
        }
        if *kind == 0 {
            return None;
        }
        items = rest.get(usize::from(*length)..)?;
    }
    None
}

fn write_name(compound: &mut Vec<u8>, ssrc: u32, cname: &str) {
    begin(compound, 1, SOURCE_DESCRIPTION);
    push(compound, ssrc);
    let name = cname.as_bytes().get(..255).unwrap_or(cname.as_bytes());
    compound.extend([CNAME, u8::try_from(name.len()).unwrap_or(u8::MAX)]);
    compound.extend(name);
    // The list of items ends with at least one zero byte, at a word's end.
    let padding = WORD - (name.len() + 2) % WORD;
    compound.extend(std::iter::repeat_n(0, padding));
}

fn begin(compound: &mut Vec<u8>, count: usize, kind: u8) {
    compound.extend([VERSION | u8::try_from(count).unwrap_or_default() & 0x1f, kind, 0, 0]);
}

fn finish(compound: &mut [u8], start: usize) {
    let words = (compound.len() - start) / WORD - 1;
    let length = u16::try_from(words).unwrap_or(u16::MAX).to_be_bytes();
    if let Some(place) = compound.get_mut(start + 2..start + 4) {
        place.copy_from_slice(&length);
    }
}

fn push(compound: &mut Vec<u8>, word: u32) {
    compound.extend(word.to_be_bytes());
}

fn word(bytes: &[u8], index: usize) -> Option<u32> {
    let bytes = bytes.get(index * WORD..(index + 1) * WORD)?;
    Some(u32::from_be_bytes(bytes.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_compound_is_read_as_it_was_written() {
        assert_eq!(read_rtcp(&compound()), packets());
        assert_eq!(compound().len() % WORD, 0);
    }

    #[test]
    fn a_compound_cut_at_any_byte_gives_what_stands_before() {
        let whole = compound();
        for cut in 0..whole.len() {
            let read = read_rtcp(&whole[..cut]);
            assert!(read.len() < 4 && packets().starts_with(&read), "{cut}");
        }
    }

    #[test]
    fn kinds_that_are_unknown_are_skipped() {
        let mut bytes = vec![0x80, 207, 0, 1, 1, 2, 3, 4];
        RtcpPacket::Bye(vec![3]).write(&mut bytes);

        assert_eq!(read_rtcp(&bytes), [RtcpPacket::Bye(vec![3])]);
    }

    proptest! {
        #[test]
        fn no_bytes_make_the_reader_fall(mut bytes in proptest::collection::vec(any::<u8>(), 0..120), kind in 199_u8..206) {
            if let [first, second, high, ..] = &mut bytes[..] {
                (*first, *second, *high) = (*first & 0x3f | 0x80, kind, 0);
            }
            prop_assert!(read_rtcp(&bytes).len() <= bytes.len());
        }
    }

    fn compound() -> Vec<u8> {
        let mut bytes = Vec::new();
        packets().iter().for_each(|packet| packet.write(&mut bytes));
        bytes
    }

    fn packets() -> Vec<RtcpPacket> {
        let info = SenderInfo { ntp: 0x0123_4567_89ab_cdef, timestamp: 160, packets: 3, octets: 480 };
        let block = ReportBlock {
            ssrc: 7,
            fraction_lost: 12,
            lost: -2,
            highest: 65_540,
            jitter: 33,
            last_report: 0x4567_89ab,
            delay_since: 65_536,
        };
        vec![
            RtcpPacket::Sender { ssrc: 1, info, blocks: vec![block] },
            RtcpPacket::Receiver { ssrc: 1, blocks: vec![block, block] },
            RtcpPacket::Name { ssrc: 1, cname: "a1b2@c".to_owned() },
            RtcpPacket::Bye(vec![1, 2]),
        ]
    }
}
