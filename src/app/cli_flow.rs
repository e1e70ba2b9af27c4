//! `callward flow …`: what the command line offers to flow designers.

use std::error::Error;
use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::flow_check::{FindingFormat, flow_check};

/// What can be done with flow files.
#[derive(Subcommand)]
pub(super) enum FlowCommand {
    /// Say everything that is wrong in flow files, all at once
    #[command(after_help = CHECK_EXAMPLES)]
    Check(CheckArguments),
}

const CHECK_EXAMPLES: &str = "Exit code: 0 nothing wrong, or warnings only; 1 errors; 2 wrong usage.

Examples:
  callward flow check                              every flow in the folder flows
  callward flow check flows/two-factor.yaml        one of them
  callward flow check --format json | jq .rule     one JSON object a line";

#[derive(Args)]
pub(super) struct CheckArguments {
    /// Flow files, or folders of them; the folder `flows` where none is named
    files: Vec<PathBuf>,
    /// How findings are shown
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    Text,
    Json,
}

/// Does it. `Ok(false)`: what was looked at is not right.
pub(super) fn flow_command(command: FlowCommand) -> Result<bool, Box<dyn Error>> {
    match command {
        FlowCommand::Check(arguments) => flow_check(&arguments.files, arguments.format.into()),
    }
}

impl From<Format> for FindingFormat {
    fn from(format: Format) -> Self {
        match format {
            Format::Text => Self::Text,
            Format::Json => Self::Json,
        }
    }
}
