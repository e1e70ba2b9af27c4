//! `callward flow fmt`: flow files in their canonical form.

use std::error::Error;
use std::path::PathBuf;

use crate::formatter::format;

use super::flow_files::{flow_files, read_source, write_file};

/// Formats files in place, or only names those that are not in form; whether all were, or are now.
pub(super) fn flow_fmt(paths: &[PathBuf], check: bool) -> Result<bool, Box<dyn Error>> {
    let mut in_form = true;
    for path in flow_files(paths)? {
        let text = read_source(&path)?.text;
        let formatted = match format(&text) {
            Ok(formatted) => formatted,
            Err(error) => {
                eprintln!("{}: {error}", path.display());
                in_form = false;
                continue;
            }
        };
        if formatted == text {
            continue;
        }
        if check {
            println!("{}", path.display());
            in_form = false;
        } else {
            write_file(&path, &formatted)?;
        }
    }
    Ok(in_form)
}
