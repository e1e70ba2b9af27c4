//! `callward flow draw`: a picture of a flow, and of what its transcripts reach.

use std::collections::BTreeSet;
use std::error::Error;
use std::path::{Path, PathBuf};

use crate::diagram::draw;

use super::flow_files::{flow_name, folder_of, read_flow, write_file};
use super::flow_test::untested;
use super::tasks::in_tasks;

/// Draws the flow of a file to `output`, or to stdout; what none of the transcripts reaches is pale.
pub(super) fn flow_draw(path: &Path, output: Option<&Path>, transcripts: &[PathBuf]) -> Result<bool, Box<dyn Error>> {
    let flow = read_flow(path)?;
    let missed = match transcripts {
        [] => BTreeSet::new(),
        [_, ..] => in_tasks(untested(transcripts, folder_of(path), &flow_name(path), &flow))?,
    };
    let svg = draw(&flow, &missed);
    match output {
        Some(output) => write_file(output, &svg)?,
        None => print!("{svg}"),
    }
    Ok(true)
}
