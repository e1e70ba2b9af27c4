//! Flow files by the names that people give on the command line.

use std::error::Error;
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};

use crate::finding::Source;
use crate::flow::Flow;

use super::flows::render;

/// The folder that is meant where no file is named.
const FOLDER: &str = "flows";

/// A flow file that cannot be read or written.
#[derive(Debug, thiserror::Error)]
#[error("{}: {cause}; name a flow file, or a folder of them", path.display())]
pub(super) struct FileError {
    path: PathBuf,
    cause: io::Error,
}

/// The files named; every `*.yaml` of a folder; of `flows` where nothing is named.
pub(super) fn flow_files(paths: &[PathBuf]) -> Result<Vec<PathBuf>, FileError> {
    if paths.is_empty() {
        return folder_files(Path::new(FOLDER));
    }
    let mut files = Vec::new();
    for path in paths {
        if path.is_dir() {
            files.extend(folder_files(path)?);
        } else {
            files.push(path.clone());
        }
    }
    Ok(files)
}

/// A flow file's name among flows: `flows/two-factor.yaml` is `two-factor`.
pub(super) fn flow_name(path: &Path) -> String {
    path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default()
}

/// The folder that a file lies in.
pub(super) fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Reads a file.
pub(super) fn read_source(path: &Path) -> Result<Source, FileError> {
    let text = std::fs::read_to_string(path).map_err(|cause| FileError { path: path.to_owned(), cause })?;
    Ok(Source { path: path.display().to_string(), text })
}

/// Writes a file.
pub(super) fn write_file(path: &Path, text: &str) -> Result<(), FileError> {
    std::fs::write(path, text).map_err(|cause| FileError { path: path.to_owned(), cause })
}

/// Reads a flow; `Err` shows everything that is wrong in it.
pub(super) fn read_flow(path: &Path) -> Result<Flow, Box<dyn Error>> {
    let source = read_source(path)?;
    Flow::read(&source.text).map_err(|findings| render(&[(source, findings)], std::io::stderr().is_terminal()).into())
}

fn folder_files(folder: &Path) -> Result<Vec<PathBuf>, FileError> {
    let fault = |cause| FileError { path: folder.to_owned(), cause };
    let entries = std::fs::read_dir(folder).map_err(fault)?;
    let paths: Vec<PathBuf> = entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>().map_err(fault)?;
    let mut files: Vec<PathBuf> = paths.into_iter().filter(|path| path.extension().is_some_and(|extension| extension == "yaml")).collect();
    files.sort();
    Ok(files)
}
