//! Speech from a program: espeak-ng or flite, as a subprocess that gets its text by stdin and never sees a shell.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, Command};

use super::engine::{Engine, EngineError};
use super::settings::Voices;
use super::speech::Words;
use crate::audio::{SPEECH_LEVEL, Sound, normalised, read_wav, trimmed};

/// Bytes that a program gives at most: some minutes.
const MOST_BYTES: usize = 32 << 20;

const FLITE: &str = "flite";

/// A folder that nobody else reads, gone when it is let go.
struct PrivateFolder(PathBuf);

/// A program that speaks.
#[derive(Debug, Clone)]
pub struct CommandEngine {
    program: &'static str,
    /// What stands before the voice.
    arguments: &'static [&'static str],
    voices: Voices,
    limit: Duration,
}

impl PrivateFolder {
    fn make() -> std::io::Result<Self> {
        static MADE: AtomicU64 = AtomicU64::new(0);
        let number = MADE.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("callward-speech-{}-{number}", std::process::id()));
        let mut builder = std::fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&path)?;
        Ok(Self(path))
    }
}

impl Drop for PrivateFolder {
    fn drop(&mut self) {
        // What cannot be removed lies in the system's folder for such things.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

impl CommandEngine {
    /// espeak-ng, 150 words a minute; its WAV comes by stdout.
    pub fn espeak_ng(voices: Voices, limit: Duration) -> Self {
        Self { program: "espeak-ng", arguments: &["--stdin", "--stdout", "-s", "150", "-v"], voices, limit }
    }

    /// flite, which writes to a file that it can seek in.
    pub fn flite(voices: Voices, limit: Duration) -> Self {
        Self { program: FLITE, arguments: &["-f", "-", "-voice"], voices, limit }
    }

    fn start(&self, voice: &str, file: Option<&Path>) -> Result<Child, EngineError> {
        let mut command = Command::new(self.program);
        command.args(self.arguments).arg(voice);
        if let Some(file) = file {
            command.arg("-o").arg(file);
        }
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true);
        command.spawn().map_err(|cause| EngineError::Unstartable { program: self.program.to_owned(), cause })
    }

    async fn run(&self, mut child: Child, text: &str) -> Result<Vec<u8>, EngineError> {
        let failed = |status: String| EngineError::Failed { program: self.program.to_owned(), status };
        let (stdin, stdout) = (child.stdin.take(), child.stdout.take());
        let writing = async {
            if let Some(mut stdin) = stdin {
                // A program that ends early says so by its status.
                let _ = stdin.write_all(text.as_bytes()).await;
            }
        };
        let mut bytes = Vec::new();
        let reading = async {
            match stdout {
                Some(stdout) => stdout.take(MOST_BYTES as u64 + 1).read_to_end(&mut bytes).await.map(|_| ()),
                None => Ok(()),
            }
        };
        let (_, read) = tokio::join!(writing, reading);
        read.map_err(|cause| failed(cause.to_string()))?;
        if bytes.len() > MOST_BYTES {
            return Err(EngineError::TooMuch { engine: self.program.to_owned(), most: MOST_BYTES });
        }
        let status = child.wait().await.map_err(|cause| failed(cause.to_string()))?;
        if status.success() { Ok(bytes) } else { Err(failed(status.to_string())) }
    }
}

#[async_trait]
impl Engine for CommandEngine {
    fn voice(&self, language: &str) -> Option<String> {
        self.voices.find(language).map(|voice| format!("{} {voice}", self.program))
    }

    async fn render(&self, words: &Words) -> Result<Sound, EngineError> {
        let engine = || self.program.to_owned();
        let voice = self.voices.find(&words.language);
        let voice = voice.ok_or_else(|| EngineError::NoVoice { engine: engine(), language: words.language.clone() })?;
        let unstartable = |cause| EngineError::Unstartable { program: engine(), cause };
        let folder = (self.program == FLITE).then(PrivateFolder::make).transpose().map_err(unstartable)?;
        let file = folder.as_ref().map(|folder| folder.0.join("said.wav"));
        let child = self.start(voice, file.as_deref())?;
        let spoken = tokio::time::timeout(self.limit, self.run(child, &plain(&words.text))).await;
        let printed = spoken.unwrap_or(Err(EngineError::Slow { engine: engine(), limit: self.limit }))?;
        let bytes = file.map_or(Ok(printed), std::fs::read).map_err(unstartable)?;
        let sound = read_wav(&bytes).map_err(|cause| EngineError::NoSound { engine: engine(), cause })?;
        Ok(normalised(&trimmed(&sound), SPEECH_LEVEL))
    }
}

/// One line without what espeak-ng takes for phonemes (`[[…]]`).
fn plain(text: &str) -> String {
    let line: String = text.chars().map(|letter| if matches!(letter, '[' | ']') || letter.is_control() { ' ' } else { letter }).collect();
    line + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_program_that_is_not_there_is_named() {
        let engine =
            CommandEngine { program: "no-such-program", arguments: &[], voices: Voices::of(&[("en", "x")]), limit: Duration::from_secs(1) };

        let error = engine.render(&Words::plain("4711", "en")).await.unwrap_err().to_string();

        assert!(error.contains("no-such-program") && !error.contains("4711"), "{error}");
    }

    #[tokio::test]
    async fn a_program_that_hangs_is_ended_and_what_it_gives_must_be_a_sound() {
        let limit = Duration::from_millis(200);
        let program = |program, arguments| CommandEngine { program, arguments, voices: Voices::of(&[("en", "0")]), limit };
        let words = Words::plain("Hello.", "en-US");

        let hanging = program("tail", &["-f", "/dev/null", "-n"]).render(&words).await;
        let failing = program("false", &[]).render(&words).await;
        let mumbling = program("echo", &[]).render(&words).await;

        assert!(matches!(hanging, Err(EngineError::Slow { .. })), "{hanging:?}");
        assert!(matches!(failing, Err(EngineError::Failed { .. })), "{failing:?}");
        assert!(matches!(mumbling, Err(EngineError::NoSound { .. })), "{mumbling:?}");
        assert!(matches!(program("echo", &[]).render(&Words::plain("Hallo.", "de")).await, Err(EngineError::NoVoice { .. })));
    }

    #[tokio::test]
    async fn espeak_and_flite_speak_where_they_are_installed() {
        let limit = Duration::from_secs(10);
        let voices = || Voices::of(&[("en", "en-gb")]);
        for engine in [CommandEngine::espeak_ng(voices(), limit), CommandEngine::flite(Voices::of(&[("en", "slt")]), limit)] {
            match engine.render(&Words::plain("Please press 1.", "en")).await {
                Ok(sound) => assert!((500..3000).contains(&sound.duration().as_millis()), "{sound:?}"),
                Err(EngineError::Unstartable { program, .. }) => {
                    eprintln!("SKIPPED: {program} is not installed; `make tools` installs espeak-ng")
                }
                Err(other) => panic!("{other}"),
            }
        }
    }

    #[test]
    fn phonemes_are_not_smuggled_in() {
        assert_eq!(plain("a [[b]]\nc"), "a   b   c\n");
    }
}
