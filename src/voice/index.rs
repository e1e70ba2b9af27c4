//! The list of a language's recordings, `index.tsv`: file, text, what is said where that differs, and by whom.

use std::fmt::Write;

/// Its name in the folder of a language.
pub const INDEX: &str = "index.tsv";

/// The recordings of a language, in the order of their files.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Index {
    /// One for each file.
    pub entries: Vec<Entry>,
}

/// A recording.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// Its file, below the folder of the language: `two-factor/code.ask.1-2.wav`.
    pub file: String,
    /// The text that it stands for.
    pub text: String,
    /// What is said, where that is not the text: a number in words.
    pub says: Option<String>,
    /// Who says it.
    pub voice: String,
}

/// A line that is none.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("line {line} is not file, text, what is said and voice with tabs between; run `callward prompts render`")]
pub struct IndexError {
    /// Its number, from 1.
    pub line: usize,
}

impl Index {
    /// Reads the list; the first line names the columns.
    ///
    /// # Errors
    /// At the first line that has too few columns.
    pub fn read(text: &str) -> Result<Self, IndexError> {
        let lines = text.lines().enumerate().skip(1).filter(|(_, line)| !line.is_empty());
        let entries = lines.map(|(number, line)| Entry::read(line).ok_or(IndexError { line: number + 1 }));
        Ok(Self { entries: entries.collect::<Result<_, _>>()? })
    }

    /// The list as a file.
    pub fn write(&self) -> String {
        let mut text = "file\ttext\tsays\tvoice\n".to_owned();
        for Entry { file, text: words, says, voice } in &self.entries {
            let columns =
                [file.as_str(), words, says.as_deref().unwrap_or_default(), voice].map(|column| column.replace(['\t', '\n'], " "));
            // Writing into a string cannot fail.
            let _ = writeln!(text, "{}", columns.join("\t"));
        }
        text
    }

    /// The entry of a file.
    pub fn find(&self, file: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.file == file)
    }
}

impl Entry {
    fn read(line: &str) -> Option<Self> {
        let mut columns = line.split('\t').map(str::to_owned);
        let (file, text) = (columns.next()?, columns.next()?);
        let says = columns.next().filter(|says| !says.is_empty());
        Some(Self { file, text, says, voice: columns.next().unwrap_or_default() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_read_again() {
        let entry = |file: &str, says: Option<&str>| Entry {
            file: file.into(),
            text: "7".into(),
            says: says.map(str::to_owned),
            voice: "espeak-ng en-gb".into(),
        };
        let index = Index { entries: vec![entry("words/7.wav", Some("seven")), entry("a.wav", None)] };

        assert_eq!(Index::read(&index.write()), Ok(index));
        assert_eq!(Index::read("file\ttext\nalone"), Err(IndexError { line: 2 }));
    }
}
