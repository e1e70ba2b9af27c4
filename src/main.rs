//! The command line.

use std::process::ExitCode;

fn main() -> ExitCode {
    callward::app::cli::run()
}
