//! `callward prompts check` and `script`: which recordings are there, and which are to be made.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::release::Flows;
use crate::voice::{EngineKind, INDEX, Index};

use super::flow_files::{flow_files, flow_name, read_flow};
use super::wanted::{Wanted, wanted};

/// Flows and their recordings.
#[derive(Debug, Clone)]
pub(super) struct Shelf {
    /// The folder of the flows.
    pub flows: PathBuf,
    /// The folder of the recordings.
    pub audio: PathBuf,
    /// One language, or all.
    pub language: Option<String>,
}

/// What is to be rendered, and how.
#[derive(Debug, Clone)]
pub(super) struct Rendering {
    /// Flows and recordings.
    pub shelf: Shelf,
    /// Who speaks.
    pub engine: EngineKind,
    /// Recordings that somebody made, in place of an engine.
    pub from: Option<PathBuf>,
    /// Also those that are right.
    pub all: bool,
    /// Whether what nothing wants is removed.
    pub prune: bool,
    /// The configuration.
    pub config: Option<PathBuf>,
}

/// How a recording stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum State {
    /// There, and it says what it should.
    Right,
    /// Not there, or not listed.
    Missing,
    /// There, but the words have changed since.
    Stale,
}

/// All recordings of a language.
pub(super) struct Stock {
    /// BCP 47.
    pub language: String,
    /// The folder of the language.
    pub folder: PathBuf,
    /// The list.
    pub index: Index,
    /// What is wanted, and how it stands.
    pub wanted: Vec<(Wanted, State)>,
    /// Files that nothing wants.
    pub orphans: Vec<String>,
}

/// Says what is not right; whether all is.
pub(super) fn check(shelf: &Shelf) -> Result<bool, Box<dyn Error>> {
    let (mut wanted, mut wrong) = (0, 0);
    for stock in shelf.take_stock()? {
        let (language, name) = (&stock.language, |file: &str| stock.folder.join(file).display().to_string());
        for (recording, state) in &stock.wanted {
            let what = match state {
                State::Right => continue,
                State::Missing => "missing",
                State::Stale => "stale",
            };
            println!("{what}: {}: {}", name(&recording.file), recording.text);
            wrong += 1;
        }
        stock.orphans.iter().for_each(|file| println!("orphaned: {}: no prompt in {language} wants it", name(file)));
        wrong += stock.orphans.len();
        wanted += stock.wanted.len();
    }
    eprintln!("{wanted} recordings are wanted, {wrong} findings");
    if wrong > 0 {
        eprintln!("callward prompts render makes what is missing or stale; --prune removes what is orphaned");
    }
    Ok(wrong == 0)
}

/// Writes the script of a recording session.
pub(super) fn script(shelf: &Shelf, csv: bool, missing_only: bool) -> Result<bool, Box<dyn Error>> {
    let stocks = shelf.take_stock()?;
    let recordings = stocks.iter().flat_map(|stock| &stock.wanted).filter(|(_, state)| !missing_only || *state != State::Right);
    println!("{}", if csv { "file,text,note" } else { "| file | text | note |\n|---|---|---|" });
    for (Wanted { language, file, text, says, note }, _) in recordings {
        let columns = [&format!("{language}/{file}"), says.as_ref().unwrap_or(text), note];
        match csv {
            true => println!("{}", columns.map(|column| format!("\"{}\"", column.replace('"', "\"\""))).join(",")),
            false => println!("| {} |", columns.map(|column| column.replace('|', "\\|")).join(" | ")),
        }
    }
    Ok(true)
}

impl Shelf {
    /// Every language of the flows with its recordings.
    pub(super) fn take_stock(&self) -> Result<Vec<Stock>, Box<dyn Error>> {
        let mut flows = Flows::new();
        for path in flow_files(std::slice::from_ref(&self.flows))? {
            flows.insert(flow_name(&path), Arc::new(read_flow(&path)?));
        }
        let mut by_language: BTreeMap<String, Vec<Wanted>> = BTreeMap::new();
        for wanted in wanted(&flows, &self.audio) {
            by_language.entry(wanted.language.clone()).or_default().push(wanted);
        }
        let chosen = |language: &String| self.language.as_ref().is_none_or(|only| only == language);
        by_language.into_iter().filter(|(language, _)| chosen(language)).map(|(language, wanted)| self.stock(language, wanted)).collect()
    }

    fn stock(&self, language: String, wanted: Vec<Wanted>) -> Result<Stock, Box<dyn Error>> {
        let folder = self.audio.join(&language);
        let path = folder.join(INDEX);
        let index = match std::fs::read_to_string(&path) {
            Ok(text) => Index::read(&text).map_err(|error| format!("{}: {error}", path.display()))?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Index::default(),
            Err(error) => return Err(format!("{}: {error}", path.display()).into()),
        };
        let files = recordings(&folder)?;
        let names: BTreeSet<&str> = wanted.iter().map(|wanted| wanted.file.as_str()).collect();
        let listed = index.entries.iter().map(|entry| &entry.file);
        let orphans: BTreeSet<String> = files.iter().chain(listed).filter(|file| !names.contains(file.as_str())).cloned().collect();
        let state = |wanted: &Wanted| match index.find(&wanted.file) {
            Some(entry) if files.contains(&wanted.file) => match entry.text == wanted.text && entry.says == wanted.says {
                true => State::Right,
                false => State::Stale,
            },
            Some(_) | None => State::Missing,
        };
        let states: Vec<State> = wanted.iter().map(state).collect();
        let wanted = wanted.into_iter().zip(states).collect();
        Ok(Stock { language, folder, wanted, orphans: orphans.into_iter().collect(), index })
    }
}

/// The WAV files below a folder, by their names from there; none where there is no folder.
fn recordings(folder: &Path) -> Result<BTreeSet<String>, Box<dyn Error>> {
    let mut found = BTreeSet::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop().filter(|next| next.is_dir()) {
        for entry in std::fs::read_dir(&next).map_err(|error| format!("{}: {error}", next.display()))? {
            let path = entry?.path();
            match path.is_dir() {
                true => folders.push(path),
                false if path.extension().is_some_and(|extension| extension == "wav") => {
                    let name = path.strip_prefix(folder).unwrap_or(&path);
                    found.insert(name.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/"));
                }
                false => {}
            }
        }
    }
    Ok(found)
}
