//! Talk-off: half an hour of speech in which nobody presses a key, and none may be heard (Telcordia TR-TSY-000763 in spirit).

use std::io::Write;
use std::process::{Command, Stdio};

use super::noise::Noise;
use super::tone_detector::ToneDetector;

/// Voices high and low, slow and fast, and two languages: each speaks for five minutes.
const SPEAKERS: [[&str; 3]; 6] = [
    ["en-gb", "50", "160"],
    ["en-us+f3", "70", "190"],
    ["es+m7", "30", "140"],
    ["es+f5", "90", "170"],
    ["en-gb+croak", "40", "150"],
    ["en-gb+f2", "99", "130"],
];
/// Samples of each speaker at the telephone's rate.
const EACH: usize = 300 * 8000;
const WORDS: &str = "one two three four five six seven eight nine hello please agent account number code message telephone \
    yes no maybe tomorrow evening see you soon we agree that the green tree sleeps fee free three knee needy teeth whistle \
    solo también quiero música después gracias usted ninguna año siete cuatro úsela azul luz tú yo mi sí";

#[test]
fn thirty_minutes_of_speech_hold_no_key() {
    if Command::new("espeak-ng").arg("--version").output().is_err() {
        return eprintln!("SKIPPED: talk-off needs espeak-ng; `make tools` installs it");
    }
    std::thread::scope(|scope| {
        for (number, speaker) in (1..).zip(SPEAKERS) {
            scope.spawn(move || {
                let speech = speech(speaker, number);
                assert_eq!(speech.len(), EACH);
                assert!(ToneDetector::new().hear(&speech).is_empty(), "{speaker:?}");
            });
        }
    });
}

/// Five minutes of words in a random order.
fn speech([voice, pitch, speed]: [&str; 3], seed: u32) -> Vec<i16> {
    let arguments = ["--stdout", "-v", voice, "-p", pitch, "-s", speed];
    let mut program = Command::new("espeak-ng").args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut stdin = program.stdin.take().unwrap();
    let writing = std::thread::spawn(move || stdin.write_all(text(seed).as_bytes()));
    let output = program.wait_with_output().unwrap();
    writing.join().unwrap().unwrap();
    at_telephone_rate(&output.stdout[44..])
}

fn text(seed: u32) -> String {
    let words: Vec<&str> = WORDS.split_whitespace().collect();
    let mut noise = Noise::seeded(seed);
    let word = |_| words[((noise.next() + 1.0) / 2.0 * words.len() as f32) as usize % words.len()];
    (0..1100).map(word).collect::<Vec<_>>().join(" ")
}

/// From 22,050 Hz by straight lines between samples: quick, and what folds over only makes it harder.
fn at_telephone_rate(bytes: &[u8]) -> Vec<i16> {
    let samples: Vec<i32> = bytes.chunks_exact(2).map(|pair| i32::from(i16::from_le_bytes([pair[0], pair[1]]))).collect();
    let at = |n: usize| {
        let place = n * 22_050;
        let (whole, part) = (place / 8000, (place % 8000) as i32);
        let (here, next) = (samples[whole], samples[whole + 1]);
        (here + (next - here) * part / 8000) as i16
    };
    (0..EACH.min(samples.len() * 8000 / 22_050 - 2)).map(at).collect()
}
