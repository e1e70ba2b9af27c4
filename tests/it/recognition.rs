//! Whether a recording holds a prompt: the loudness of the whole prompt, every 10 ms, is looked for in what was heard.

use std::sync::Arc;

use callward::audio::Sound;
use callward::voice::{Recorded, Speak, Speaker, Speech};

/// Samples over which loudness is taken, and from one place to the next.
const WINDOW: usize = 80;
const STEP: usize = 20;

/// A prompt that was played correlates better than this, any other worse.
const ALIKE: f64 = 0.9;

/// Panics unless each of these English prompts was heard as our recordings say it.
pub async fn assert_hears(heard: &Sound, prompts: &[&str]) {
    assert_hears_in("en", heard, prompts).await;
}

/// The same in another language.
pub async fn assert_hears_in(language: &str, heard: &Sound, prompts: &[&str]) {
    for words in prompts {
        let likeness = likeness(heard, &prompt(words, language).await);
        assert!(likeness > ALIKE, "“{words}” was not heard in {:?}: {likeness:.2}", heard.duration());
    }
}

/// Panics if one of these prompts was heard.
pub async fn assert_hears_not(heard: &Sound, prompts: &[&str]) {
    for words in prompts {
        let likeness = likeness(heard, &prompt(words, "en").await);
        assert!(likeness < ALIKE, "“{words}” was heard: {likeness:.2}");
    }
}

/// Those words as our recordings say them.
async fn prompt(words: &str, language: &str) -> Sound {
    let speaker = Speaker::new(vec![Arc::new(Recorded::shipped().unwrap())]);
    Sound::joined(&speaker.say(&Speech::plain(words, language)).await.sounds)
}

/// How well the course of the prompt's loudness fits anywhere in that of what was heard: the best correlation.
fn likeness(heard: &Sound, prompt: &Sound) -> f64 {
    const STRIDE: usize = WINDOW / STEP;
    let wanted: Vec<f64> = loudness(prompt).into_iter().step_by(STRIDE).collect();
    // Who hangs up takes what the other side has not yet played along.
    let all = [loudness(heard), vec![0.0; wanted.len() * STRIDE]].concat();
    let last = all.len().saturating_sub(wanted.len() * STRIDE);
    let at = |start: usize| correlation(&wanted, all[start..].iter().step_by(STRIDE));
    (0..last).map(at).fold(0.0, f64::max)
}

/// The loudness of the sound at every step.
fn loudness(sound: &Sound) -> Vec<f64> {
    let power: Vec<f64> = sound.samples().iter().map(|sample| f64::from(*sample).powi(2)).collect();
    power.windows(WINDOW).step_by(STEP).map(|window| (window.iter().sum::<f64>() / WINDOW as f64).sqrt()).collect()
}

/// Pearson's correlation of the one with as many values of the other.
fn correlation<'a>(one: &[f64], other: impl Iterator<Item = &'a f64>) -> f64 {
    let (count, mut sums) = (one.len() as f64, [0.0; 5]);
    for (one, other) in one.iter().zip(other) {
        for (sum, value) in sums.iter_mut().zip([*one, *other, one * one, other * other, one * other]) {
            *sum += value;
        }
    }
    let [one, other, one_squared, other_squared, product] = sums.map(|sum| sum / count);
    let spread = ((one_squared - one * one) * (other_squared - other * other)).max(0.0).sqrt();
    (product - one * other) / spread.max(1.0)
}
