//! `callward flow draw`: a picture of a flow.

use std::error::Error;
use std::path::Path;

use crate::diagram::draw;

use super::flow_files::{read_flow, write_file};

/// Draws the flow of a file to `output`, or to stdout.
pub(super) fn flow_draw(path: &Path, output: Option<&Path>) -> Result<bool, Box<dyn Error>> {
    let svg = draw(&read_flow(path)?);
    match output {
        Some(output) => write_file(output, &svg)?,
        None => print!("{svg}"),
    }
    Ok(true)
}
