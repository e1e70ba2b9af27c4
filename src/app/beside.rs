//! What lies beside flow files: the recordings of their prompts, and grammars of their own.

use std::io;
use std::path::Path;

use crate::flow::{Flow, GrammarFile, Grammars, Recording, Recordings};

/// The folder of the recordings.
const FOLDER: &str = "audio";

/// What lies in the folder of a flow file.
#[derive(Debug, Clone, Default)]
pub(super) struct Beside {
    pub recordings: Recordings,
    pub grammars: Grammars,
}

impl Beside {
    pub fn read(folder: &Path) -> io::Result<Self> {
        Ok(Self { recordings: recordings(folder)?, grammars: grammars(folder)? })
    }

    /// Makes it known to a flow.
    pub fn tell(&self, flow: &mut Flow) {
        flow.prompts.recordings.clone_from(&self.recordings);
        flow.grammars.clone_from(&self.grammars);
    }
}

/// The grammars `FILE.grxml` there.
fn grammars(folder: &Path) -> io::Result<Grammars> {
    let mut grammars = Grammars::new();
    for file in std::fs::read_dir(folder)? {
        let file = file?;
        if file.path().extension().is_some_and(|extension| extension == "grxml") {
            let text = std::fs::read_to_string(file.path())?;
            grammars.insert(file.file_name().to_string_lossy().into_owned(), GrammarFile::read(&text));
        }
    }
    Ok(grammars)
}

/// The recordings `audio/LANGUAGE/FILE.wav` in the folder of a flow file; none where there is no such folder.
fn recordings(folder: &Path) -> io::Result<Recordings> {
    let mut recordings = Recordings::new();
    let audio = folder.join(FOLDER);
    if !audio.is_dir() {
        return Ok(recordings);
    }
    for language in std::fs::read_dir(audio)? {
        let language = language?;
        if !language.file_type()?.is_dir() {
            continue;
        }
        for file in std::fs::read_dir(language.path())? {
            let file = file?;
            if file.path().extension().is_none_or(|extension| extension != "wav") {
                continue;
            }
            let name = format!("{}/{}", language.file_name().to_string_lossy(), file.file_name().to_string_lossy());
            recordings.insert(name, Recording::new(&std::fs::read(file.path())?));
        }
    }
    Ok(recordings)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recordings_are_known_by_language_and_file() {
        let folder = tempfile::tempdir().unwrap();
        assert!(recordings(folder.path()).unwrap().is_empty());
        std::fs::create_dir_all(folder.path().join("audio/en")).unwrap();
        for file in ["en/hello.wav", "en/notes.txt", "stray.wav"] {
            std::fs::write(folder.path().join("audio").join(file), "RIFF").unwrap();
        }

        assert_eq!(recordings(folder.path()).unwrap().into_keys().collect::<Vec<_>>(), ["en/hello.wav"]);
    }
}
