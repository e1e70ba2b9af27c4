//! WAV files: PCM of any width, rate and number of channels, and G.711; read as strangers send them, written as telephones take them.

use std::io::Cursor;

use hound::{SampleFormat, WavReader};

use super::g711::Codec;
use super::mix::mono;
use super::resample::to_telephone_rate;
use super::sound::{RATE, Sound};
use super::wav_header::{TAG_PCMA, TAG_PCMU, Wave};

/// The rates that are read.
const RATES: std::ops::RangeInclusive<u32> = 4000..=384_000;
/// Channels at most.
const MOST_CHANNELS: u16 = 32;

/// How samples are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WavEncoding {
    /// 16 bits a sample.
    Pcm,
    /// G.711, a byte a sample.
    G711(Codec),
}

/// A file that gives no sound.
#[derive(Debug, thiserror::Error)]
pub enum WavError {
    /// It is something else.
    #[error("this is no WAV file with samples in it; save it as WAV")]
    NotWav,
    /// Its samples are of another kind.
    #[error("the samples are of a kind that is not read ({0}); save it as 16-bit PCM")]
    Unread(String),
    /// Nobody records like that.
    #[error("{channels} channels at {rate} Hz cannot be right; save it as 16-bit PCM, one channel")]
    Odd {
        /// What the header says.
        channels: u16,
        /// What the header says.
        rate: u32,
    },
}

/// The sound of a file, at 8 kHz in one channel. A file that was cut short gives what is there.
///
/// # Errors
/// When there are no samples that can be read.
pub fn read_wav(bytes: &[u8]) -> Result<Sound, WavError> {
    let wave = Wave::find(bytes).ok_or(WavError::NotWav)?;
    let (channels, rate) = (wave.channels, wave.rate);
    if !RATES.contains(&rate) || !(1..=MOST_CHANNELS).contains(&channels) {
        return Err(WavError::Odd { channels, rate });
    }
    let codec = match wave.tag {
        TAG_PCMU => Some(Codec::Pcmu),
        TAG_PCMA => Some(Codec::Pcma),
        _ => None,
    };
    let samples = match codec {
        Some(codec) if channels == 1 && rate == RATE => return Ok(Sound::decoded(codec, wave.data)),
        Some(codec) => wave.data.iter().map(|byte| f32::from(codec.decode(*byte)) / 32_768.0).collect(),
        None => pcm(bytes)?,
    };
    let samples = to_telephone_rate(mono(samples, channels.into()), rate).map_err(WavError::Unread)?;
    Ok(Sound::new(samples.into_iter().map(sample).collect()))
}

/// A file of the sound.
pub fn write_wav(sound: &Sound, encoding: WavEncoding) -> Vec<u8> {
    let (tag, width, data) = match encoding {
        WavEncoding::Pcm => (1, 2, sound.samples().iter().flat_map(|sample| sample.to_le_bytes()).collect()),
        WavEncoding::G711(Codec::Pcmu) => (TAG_PCMU, 1, sound.payload(Codec::Pcmu).to_vec()),
        WavEncoding::G711(Codec::Pcma) => (TAG_PCMA, 1, sound.payload(Codec::Pcma).to_vec()),
    };
    file(tag, width, data)
}

/// A fixed header: `fmt ` with its empty extension, as formats other than PCM need it, and `data` (RFC 2361 §3).
fn file(tag: u16, width: u16, mut data: Vec<u8>) -> Vec<u8> {
    let length = u32::try_from(data.len()).unwrap_or(u32::MAX);
    data.extend((data.len() % 2 == 1).then_some(0));
    let mut bytes = Vec::with_capacity(data.len() + 46);
    bytes.extend_from_slice(b"RIFF");
    bytes.extend_from_slice(&u32::try_from(data.len() + 38).unwrap_or(u32::MAX).to_le_bytes());
    bytes.extend_from_slice(b"WAVEfmt \x12\0\0\0");
    for short in [tag, 1] {
        bytes.extend_from_slice(&short.to_le_bytes());
    }
    for long in [RATE, RATE * u32::from(width)] {
        bytes.extend_from_slice(&long.to_le_bytes());
    }
    for short in [width, width * 8, 0] {
        bytes.extend_from_slice(&short.to_le_bytes());
    }
    bytes.extend_from_slice(b"data");
    bytes.extend_from_slice(&length.to_le_bytes());
    bytes.extend_from_slice(&data);
    bytes
}

/// Everything up to the first sample that is not there, from −1 to 1.
fn pcm(bytes: &[u8]) -> Result<Vec<f32>, WavError> {
    let unread = |error: hound::Error| WavError::Unread(error.to_string());
    let reader = WavReader::new(Cursor::new(bytes)).map_err(unread)?;
    let spec = reader.spec();
    Ok(match spec.sample_format {
        SampleFormat::Float => reader.into_samples::<f32>().map_while(Result::ok).map(finite).collect(),
        SampleFormat::Int => {
            let scale = 1.0 / 2f32.powi(i32::from(spec.bits_per_sample.clamp(1, 32)) - 1);
            reader.into_samples::<i32>().map_while(Result::ok).map(|sample| sample as f32 * scale).collect()
        }
    })
}

fn finite(sample: f32) -> f32 {
    if sample.is_finite() { sample.clamp(-1.0, 1.0) } else { 0.0 }
}

fn sample(value: f32) -> i16 {
    (value * 32_768.0).round().clamp(-32_768.0, 32_767.0) as i16
}

#[cfg(test)]
mod tests {
    use hound::{WavSpec, WavWriter};
    use proptest::prelude::{any, prop, proptest};

    use super::*;

    #[test]
    fn what_was_written_is_read_again() {
        let sound = Sound::new(vec![0, 1000, -1000, i16::MAX, i16::MIN]);

        assert_eq!(read_wav(&write_wav(&sound, WavEncoding::Pcm)).unwrap(), sound);
        for codec in [Codec::Pcmu, Codec::Pcma] {
            let again = read_wav(&write_wav(&sound, WavEncoding::G711(codec))).unwrap();
            assert_eq!(again.payload(codec), sound.payload(codec));
        }
    }

    #[test]
    fn two_channels_at_another_rate_become_one_at_ours() {
        let spec = WavSpec { channels: 2, sample_rate: 16_000, bits_per_sample: 24, sample_format: SampleFormat::Int };
        let mut file = Cursor::new(Vec::new());
        let mut writer = WavWriter::new(&mut file, spec).unwrap();
        (0..32_000).for_each(|n| writer.write_sample(if n % 2 == 0 { 1 << 22 } else { 0 }).unwrap());
        writer.finalize().unwrap();

        let sound = read_wav(file.get_ref()).unwrap();

        assert!((7999..=8001).contains(&sound.samples().len()));
        assert!((sound.samples()[4000] - 8192).abs() < 100, "{}", sound.samples()[4000]);
    }

    #[test]
    fn a_stream_that_promises_more_than_it_holds_is_read_to_its_end() {
        let mut file = write_wav(&Sound::new(vec![5; 100]), WavEncoding::Pcm);
        file[42..46].copy_from_slice(&0x7fff_f000_u32.to_le_bytes());

        assert_eq!(read_wav(&file).unwrap().samples(), [5; 100]);
    }

    #[test]
    fn a_file_cut_at_any_byte_is_an_error_or_shorter() {
        for encoding in [WavEncoding::Pcm, WavEncoding::G711(Codec::Pcmu)] {
            let file = write_wav(&Sound::new(vec![5; 20]), encoding);
            for end in 0..file.len() {
                if let Ok(sound) = read_wav(&file[..end]) {
                    assert!(sound.samples().len() <= 20);
                }
            }
        }
        assert!(matches!(read_wav(b"RIFF\0\0\0\0WAVEdata\xff\xff\xff\xff"), Err(WavError::NotWav)));
    }

    proptest! {
        #[test]
        fn no_header_does_harm(header in prop::collection::vec(any::<u8>(), 26), tag in 0u16..9, bits in any::<u16>()) {
            let mut file = write_wav(&Sound::new(vec![5; 50]), WavEncoding::Pcm);
            file[12..38].copy_from_slice(&header);
            let _ = read_wav(&file);
            file[12..20].copy_from_slice(b"fmt \x12\0\0\0");
            file[20..22].copy_from_slice(&tag.to_le_bytes());
            file[34..36].copy_from_slice(&bits.to_le_bytes());
            let _ = read_wav(&file);
        }
    }
}
