//! What was synthesised once: in memory for all calls, and on disk what the flows themselves say.
//!
//! What is said for one caller only, with numbers of theirs in it, stays in memory.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use ring::digest::{Context, SHA256};

use super::speech::Words;
use crate::audio::{Codec, Sound, WavEncoding, read_wav, write_wav};

/// Samples that are kept in memory: 32 MB.
const MOST_SAMPLES: usize = 16 << 20;

/// Sounds by the hash of text, voice and language.
#[derive(Debug)]
pub struct SpeechCache {
    memory: Mutex<Memory>,
    folder: Option<PathBuf>,
    most_bytes: u64,
}

/// The key of a sound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct CacheKey([u8; 32]);

#[derive(Debug, Default)]
struct Memory {
    sounds: HashMap<CacheKey, Kept>,
    samples: usize,
    /// Counts up with each use.
    uses: u64,
}

#[derive(Debug)]
struct Kept {
    sound: Sound,
    last_use: u64,
}

impl CacheKey {
    /// Of what decides how words sound.
    pub(super) fn of(words: &Words, voice: &str) -> Self {
        let mut context = Context::new(&SHA256);
        let (kind, format) = words.say_as.as_ref().map_or(("", ""), |say_as| (say_as.name(), say_as.format.as_str()));
        for part in [words.text.as_str(), &words.language, voice, kind, format] {
            context.update(&(part.len() as u64).to_le_bytes());
            context.update(part.as_bytes());
        }
        let mut key = [0; 32];
        key.iter_mut().zip(context.finish().as_ref()).for_each(|(byte, hashed)| *byte = *hashed);
        Self(key)
    }

    fn file(self) -> String {
        self.0.iter().map(|byte| format!("{byte:02x}")).collect::<String>() + ".wav"
    }
}

impl SpeechCache {
    /// Memory, and a folder of at most so many bytes where one is given.
    pub fn new(folder: Option<PathBuf>, most_bytes: u64) -> Self {
        Self { memory: Mutex::default(), folder, most_bytes }
    }

    /// What is kept under this key.
    pub(super) fn find(&self, key: CacheKey) -> Option<Sound> {
        let in_memory = self.memory.lock().unwrap_or_else(PoisonError::into_inner).find(key);
        in_memory.or_else(|| {
            let bytes = std::fs::read(self.folder.as_ref()?.join(key.file())).ok()?;
            let sound = read_wav(&bytes).ok()?;
            self.keep(key, &sound);
            Some(sound)
        })
    }

    /// Keeps a sound in memory.
    pub(super) fn keep(&self, key: CacheKey, sound: &Sound) {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner).keep(key, sound.clone());
    }

    /// Keeps a sound on disk as well; that it cannot is told in the log, and harms no call.
    pub(super) fn keep_for_long(&self, key: CacheKey, sound: &Sound) {
        self.keep(key, sound);
        let Some(folder) = &self.folder else { return };
        if let Err(error) = self.write(folder, &key.file(), &write_wav(sound, WavEncoding::G711(Codec::Pcmu))) {
            tracing::warn!("the speech cache {} cannot be written: {error}; check speech.cache_dir", folder.display());
        }
    }

    /// Beside its place first, so that nobody reads half a file; then the oldest make room.
    fn write(&self, folder: &Path, file: &str, bytes: &[u8]) -> std::io::Result<()> {
        std::fs::create_dir_all(folder)?;
        let unfinished = folder.join(format!("{file}.{}", std::process::id()));
        std::fs::write(&unfinished, bytes)?;
        std::fs::rename(&unfinished, folder.join(file))?;
        self.make_room(folder)
    }

    fn make_room(&self, folder: &Path) -> std::io::Result<()> {
        let mut files = Vec::new();
        for entry in std::fs::read_dir(folder)? {
            let entry = entry?;
            let about = entry.metadata()?;
            if entry.path().extension().is_some_and(|extension| extension == "wav") {
                files.push((about.modified()?, about.len(), entry.path()));
            }
        }
        files.sort();
        let mut total: u64 = files.iter().map(|(_, length, _)| length).sum();
        for (_, length, path) in files {
            if total <= self.most_bytes {
                break;
            }
            std::fs::remove_file(path)?;
            total -= length;
        }
        Ok(())
    }
}

impl Memory {
    fn find(&mut self, key: CacheKey) -> Option<Sound> {
        self.uses += 1;
        let kept = self.sounds.get_mut(&key)?;
        kept.last_use = self.uses;
        Some(kept.sound.clone())
    }

    fn keep(&mut self, key: CacheKey, sound: Sound) {
        self.uses += 1;
        self.samples += sound.samples().len();
        let replaced = self.sounds.insert(key, Kept { sound, last_use: self.uses });
        self.samples -= replaced.map_or(0, |kept| kept.sound.samples().len());
        while self.samples > MOST_SAMPLES {
            let oldest = self.sounds.iter().min_by_key(|(_, kept)| kept.last_use).map(|(key, _)| *key);
            let Some(gone) = oldest.and_then(|key| self.sounds.remove(&key)) else { break };
            self.samples -= gone.sound.samples().len();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &str) -> CacheKey {
        CacheKey::of(&Words::plain(text, "en"), "amy")
    }

    #[test]
    fn only_what_is_kept_for_long_outlives_the_process() {
        let folder = tempfile::tempdir().unwrap();
        let cache = || SpeechCache::new(Some(folder.path().to_owned()), 1000);
        let sound = Sound::decoded(Codec::Pcmu, &[1, 2, 3]);
        let first = cache();
        first.keep(key("a"), &sound);
        first.keep_for_long(key("b"), &sound);

        assert_eq!(first.find(key("a")), Some(sound.clone()));
        let second = cache();
        assert_eq!((second.find(key("a")), second.find(key("b"))), (None, Some(sound)));
    }

    #[test]
    fn the_folder_stays_within_its_bounds() {
        let folder = tempfile::tempdir().unwrap();
        let cache = SpeechCache::new(Some(folder.path().to_owned()), 500);

        (0..9).for_each(|n| cache.keep_for_long(key(&n.to_string()), &Sound::new(vec![0; 100])));

        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 3);
    }

    #[test]
    fn what_was_used_longest_ago_leaves_memory_first() {
        let cache = SpeechCache::new(None, 0);
        let third = Sound::new(vec![0; MOST_SAMPLES / 3]);
        ["a", "b", "c"].iter().for_each(|text| cache.keep(key(text), &third));
        cache.find(key("a"));

        cache.keep(key("d"), &third);

        let found = ["a", "b", "c", "d"].map(|text| cache.find(key(text)).is_some());
        assert_eq!(found, [true, false, true, true]);
    }

    #[test]
    fn another_voice_or_language_is_another_sound() {
        let french = CacheKey::of(&Words::plain("a", "fr"), "amy");

        assert!(key("a") != french && key("a") != CacheKey::of(&Words::plain("a", "en"), "joe"));
    }
}
