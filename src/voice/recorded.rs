//! The recorded voice: recordings that ship inside the program, and an operator's own before them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use rust_embed::RustEmbed;

use super::index::{INDEX, Index, IndexError};
use super::phrase_book::PhraseBook;
use super::speech::Words;
use super::voice_trait::{Part, Voice};
use crate::audio::{WavError, read_wav};

/// Recordings that are no words of a prompt: sounds to wait by.
const NO_WORDS: &str = "hold/";

#[derive(RustEmbed)]
#[folder = "audio/"]
struct Shipped;

/// Says what was recorded.
#[derive(Debug, Clone, Default)]
pub struct Recorded {
    /// By the primary language.
    books: BTreeMap<String, PhraseBook>,
}

/// Recordings that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RecordingsError {
    /// A file or folder cannot be read.
    #[error("{}: {cause}; `callward prompts check` tells what is missing", path.display())]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// What the system says.
        cause: std::io::Error,
    },
    /// A list is damaged.
    #[error("{}: {cause}", path.display())]
    Index {
        /// Which.
        path: PathBuf,
        /// What is wrong.
        cause: IndexError,
    },
    /// A recording is no sound.
    #[error("{}: {cause}", path.display())]
    NoSound {
        /// Which.
        path: PathBuf,
        /// What is wrong.
        cause: WavError,
    },
}

impl Recorded {
    /// Of these books.
    pub fn of(books: impl IntoIterator<Item = PhraseBook>) -> Self {
        Self { books: books.into_iter().map(|book| (primary(book.language()), book)).collect() }
    }

    /// The recordings that come with Callward.
    ///
    /// # Errors
    /// When they are damaged.
    pub fn shipped() -> Result<Self, RecordingsError> {
        let mut recorded = Self::default();
        recorded.add_shipped()?;
        Ok(recorded)
    }

    /// An operator's own recordings, `folder/LANGUAGE/index.tsv`, and after them those that come with Callward.
    ///
    /// # Errors
    /// When a file that is listed cannot be read.
    pub fn with_own(folder: &Path) -> Result<Self, RecordingsError> {
        let mut recorded = Self::default();
        let unreadable = |path: &Path, cause| RecordingsError::Unreadable { path: path.to_owned(), cause };
        for entry in std::fs::read_dir(folder).map_err(|cause| unreadable(folder, cause))? {
            let path = entry.map_err(|cause| unreadable(folder, cause))?.path();
            let (Some(language), true) = (path.file_name().and_then(|name| name.to_str()), path.join(INDEX).is_file()) else { continue };
            recorded.add(language, &path, |file| std::fs::read(path.join(file)).map_err(|cause| unreadable(&path.join(file), cause)))?;
        }
        recorded.add_shipped()?;
        Ok(recorded)
    }

    /// The languages that something was recorded in.
    pub fn languages(&self) -> impl Iterator<Item = &str> {
        self.books.keys().map(String::as_str)
    }

    fn add_shipped(&mut self) -> Result<(), RecordingsError> {
        for index in Shipped::iter().filter(|file| file.ends_with(INDEX)) {
            let Some((language, _)) = index.split_once('/') else { continue };
            self.add(language, Path::new(language), |file| {
                let missing = || RecordingsError::Unreadable {
                    path: Path::new("audio").join(language).join(file),
                    cause: std::io::ErrorKind::NotFound.into(),
                };
                Shipped::get(&format!("{language}/{file}")).map(|found| found.data.into_owned()).ok_or_else(missing)
            })?;
        }
        Ok(())
    }

    fn add(
        &mut self,
        language: &str,
        folder: &Path,
        read: impl Fn(&str) -> Result<Vec<u8>, RecordingsError>,
    ) -> Result<(), RecordingsError> {
        let index = String::from_utf8_lossy(&read(INDEX)?).into_owned();
        let index = Index::read(&index).map_err(|cause| RecordingsError::Index { path: folder.join(INDEX), cause })?;
        let book = self.books.entry(primary(language)).or_insert_with(|| PhraseBook::of(language));
        for entry in index.entries.iter().filter(|entry| !entry.file.starts_with(NO_WORDS)) {
            let bytes = read(&entry.file)?;
            let sound = read_wav(&bytes).map_err(|cause| RecordingsError::NoSound { path: folder.join(&entry.file), cause })?;
            book.add(&entry.text, sound);
        }
        Ok(())
    }
}

#[async_trait]
impl Voice for Recorded {
    async fn say(&self, words: &Words) -> Vec<Part> {
        match self.books.get(&primary(&words.language)) {
            Some(book) => book.say(&words.text),
            None => vec![Part::Unsaid(words.text.clone())],
        }
    }

    async fn prepare(&self, _: &Words) -> usize {
        0
    }
}

fn primary(language: &str) -> String {
    language.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::{Codec, Sound, WavEncoding, write_wav};

    #[test]
    fn an_operators_recording_comes_before_ours() {
        let folder = tempfile::tempdir().unwrap();
        let english = folder.path().join("en");
        std::fs::create_dir(&english).unwrap();
        std::fs::write(english.join(INDEX), "file\ttext\tsays\tvoice\n7.wav\t7\tseven\tAnn\n").unwrap();
        std::fs::write(english.join("7.wav"), write_wav(&Sound::new(vec![0; 3]), WavEncoding::G711(Codec::Pcmu))).unwrap();

        let recorded = Recorded::with_own(folder.path()).unwrap();

        let parts = recorded.books["en"].say("7 8");
        assert_eq!(parts[0], Part::Said(Sound::new(vec![0; 3])));
        assert!(matches!(&parts[2], Part::Said(sound) if sound.samples().len() > 100));
    }

    #[test]
    fn a_recording_that_is_listed_has_to_be_there() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("en")).unwrap();
        std::fs::write(folder.path().join("en").join(INDEX), "file\ttext\nx.wav\tx\n").unwrap();

        let error = Recorded::with_own(folder.path()).unwrap_err();

        assert!(error.to_string().contains("x.wav"), "{error}");
    }
}
