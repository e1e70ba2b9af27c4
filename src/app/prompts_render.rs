//! `callward prompts render`: makes recordings with an engine, or takes in those of a voice actor.

use std::error::Error;
use std::io::{IsTerminal, Write};
use std::path::Path;
use std::sync::Arc;

use crate::audio::{Codec, SPEECH_LEVEL, Sound, WavEncoding, hold_music, normalised, read_wav, trimmed, write_wav};
use crate::config::Config;
use crate::voice::{Engine, Entry, INDEX, Index, Words};

use super::prompts::{Rendering, State, Stock};
use super::voices::engine;
use super::wanted::{HOLD, Wanted};

/// Who speaks.
enum Source<'a> {
    Engine(Arc<dyn Engine>),
    /// A folder of WAV files.
    Actor(&'a Path),
}

/// Makes what is missing or stale; whether all of it could be made.
pub(super) async fn render(rendering: Rendering) -> Result<bool, Box<dyn Error>> {
    let source = source(&rendering)?;
    let mut complete = true;
    for stock in rendering.shelf.take_stock()? {
        complete &= render_language(stock, &source, &rendering).await?;
    }
    Ok(complete)
}

fn source(rendering: &Rendering) -> Result<Source<'_>, Box<dyn Error>> {
    if let Some(folder) = &rendering.from {
        return Ok(Source::Actor(folder));
    }
    let config = Config::load(rendering.config.as_deref(), std::env::vars())?;
    let engine = engine(rendering.engine, &config.speech)?.ok_or("recordings cannot be made of recordings; name an engine")?;
    Ok(Source::Engine(engine))
}

async fn render_language(stock: Stock, source: &Source<'_>, rendering: &Rendering) -> Result<bool, Box<dyn Error>> {
    let Stock { language, folder, mut index, wanted, orphans } = stock;
    let due: Vec<&Wanted> = wanted.iter().filter(|(_, state)| rendering.all || *state != State::Right).map(|(wanted, _)| wanted).collect();
    let mut left = 0;
    for (number, wanted) in (1..).zip(&due) {
        show_progress(number, due.len(), wanted);
        match source.sound(wanted).await? {
            Some((sound, voice)) => {
                write(&folder.join(&wanted.file), &write_wav(&sound, WavEncoding::G711(Codec::Pcmu)))?;
                put(&mut index, wanted, voice);
            }
            None => left += 1,
        }
    }
    if rendering.prune {
        prune(&mut index, &folder, &orphans)?;
    }
    index.entries.sort();
    write(&folder.join(INDEX), index.write().as_bytes())?;
    eprintln!("{language}: {} rendered, {left} left, {} right before", due.len() - left, wanted.len() - due.len());
    Ok(left == 0)
}

impl Source<'_> {
    /// The sound and who speaks; `None` where the actor has not recorded it.
    async fn sound(&self, wanted: &Wanted) -> Result<Option<(Sound, String)>, Box<dyn Error>> {
        let (spoken, voice) = match self {
            Source::Engine(engine) => {
                let sound = engine.render(&Words::plain(with_tone(wanted), &wanted.language)).await?;
                (sound, engine.voice(&wanted.language).unwrap_or_default())
            }
            Source::Actor(folder) => {
                let path = folder.join(&wanted.language).join(&wanted.file);
                let Ok(bytes) = std::fs::read(&path) else { return Ok(None) };
                let sound = read_wav(&bytes).map_err(|error| format!("{}: {error}", path.display()))?;
                (normalised(&trimmed(&sound), SPEECH_LEVEL), "recorded".to_owned())
            }
        };
        let sound = if wanted.file.starts_with(HOLD) { Sound::joined([&spoken, &hold_music()]) } else { spoken };
        Ok(Some((sound, voice)))
    }
}

/// A comma lets the voice stay up where the sentence goes on.
fn with_tone(wanted: &Wanted) -> String {
    let text = wanted.says.as_ref().unwrap_or(&wanted.text);
    if text.ends_with(['.', '!', '?']) { text.clone() } else { format!("{text},") }
}

fn put(index: &mut Index, wanted: &Wanted, voice: String) {
    index.entries.retain(|entry| entry.file != wanted.file);
    let Wanted { file, text, says, .. } = wanted.clone();
    index.entries.push(Entry { file, text, says, voice });
}

fn prune(index: &mut Index, folder: &Path, orphans: &[String]) -> Result<(), Box<dyn Error>> {
    index.entries.retain(|entry| !orphans.contains(&entry.file));
    for path in orphans.iter().map(|orphan| folder.join(orphan)).filter(|path| path.is_file()) {
        std::fs::remove_file(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        eprintln!("removed {}", path.display());
    }
    Ok(())
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), Box<dyn Error>> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let written = std::fs::create_dir_all(folder).and_then(|()| std::fs::write(path, bytes));
    written.map_err(|error| format!("{}: {error}", path.display()).into())
}

/// One line that changes, on a terminal.
fn show_progress(number: usize, count: usize, wanted: &Wanted) {
    let mut stderr = std::io::stderr();
    if stderr.is_terminal() {
        let end = if number == count { "\n" } else { "" };
        // Who closed the terminal wants to see no progress.
        let _ = write!(stderr, "\r\x1b[K{number}/{count} {}/{}{end}", wanted.language, wanted.file).and_then(|()| stderr.flush());
    }
}
