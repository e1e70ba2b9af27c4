//! The chunks of a RIFF WAVE file, found without believing any length in it.

/// `WAVE_FORMAT_ALAW` (RFC 2361 §A.6).
pub(super) const TAG_PCMA: u16 = 6;
/// `WAVE_FORMAT_MULAW` (RFC 2361 §A.7).
pub(super) const TAG_PCMU: u16 = 7;
/// `WAVE_FORMAT_EXTENSIBLE`: the tag stands in the first two bytes of the sub-format.
const TAG_EXTENSIBLE: u16 = 0xfffe;

/// What the `fmt ` chunk says, and what stands in `data`.
pub(super) struct Wave<'b> {
    pub tag: u16,
    pub channels: u16,
    pub rate: u32,
    pub data: &'b [u8],
}

impl<'b> Wave<'b> {
    /// Finds format and samples. A `data` that promises more than there is holds what is there: so do streams end.
    pub(super) fn find(bytes: &'b [u8]) -> Option<Self> {
        let mut rest = bytes.strip_prefix(b"RIFF")?.get(4..)?.strip_prefix(b"WAVE")?;
        let mut format = None;
        loop {
            let (id, after) = rest.split_first_chunk::<4>()?;
            let (length, body) = after.split_first_chunk::<4>()?;
            let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
            match id {
                b"fmt " => format = Some(body.get(..length)?),
                b"data" => return Self::of(format?, body.get(..length).unwrap_or(body)),
                _ => {}
            }
            rest = body.get(length.checked_add(length % 2)?..)?;
        }
    }

    fn of(format: &[u8], data: &'b [u8]) -> Option<Self> {
        let tag = match short(format, 0)? {
            TAG_EXTENSIBLE => short(format, 24)?,
            tag => tag,
        };
        let rate = u32::from_le_bytes(*format.get(4..)?.first_chunk()?);
        Some(Self { tag, channels: short(format, 2)?, rate, data })
    }
}

fn short(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}
