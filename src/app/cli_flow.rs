//! `callward flow …`: what the command line offers to flow designers.

use std::error::Error;
use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::flow_check::{FindingFormat, flow_check};
use super::flow_diff::flow_diff;
use super::flow_draw::flow_draw;
use super::flow_fmt::flow_fmt;

/// What can be done with flow files.
#[derive(Subcommand)]
pub(super) enum FlowCommand {
    /// Say everything that is wrong in flow files, all at once
    #[command(after_help = CHECK_EXAMPLES)]
    Check(CheckArguments),
    /// Draw a flow as SVG: steps, ways, failures, exits
    #[command(after_help = DRAW_EXAMPLES)]
    Draw {
        /// The flow file
        file: PathBuf,
        /// Where the picture goes; stdout where nothing is said
        #[arg(short, long)]
        output: Option<PathBuf>,
    },
    /// Say in words what has changed between two versions of a flow
    #[command(after_help = DIFF_EXAMPLES)]
    Diff {
        /// The version before
        old: PathBuf,
        /// The version after
        new: PathBuf,
        /// How changes are shown
        #[arg(long, value_enum, default_value = "text")]
        format: Format,
    },
    /// Lay flow files out in the canonical form
    #[command(after_help = FMT_EXAMPLES)]
    Fmt {
        /// Flow files, or folders of them; the folder `flows` where none is named
        files: Vec<PathBuf>,
        /// Change nothing; name the files that are not in form
        #[arg(long)]
        check: bool,
    },
}

const FMT_EXAMPLES: &str =
    "Two spaces a level, one blank line between steps, inline maps up to 120 columns. Words, comments and order stay.
A file that cannot be formatted without changing what it says is left as it is, and named.

Examples:
  callward flow fmt                        every flow in the folder flows
  callward flow fmt --check flows          name the files that are not in form; exit code 1 if there is one";

const DIFF_EXAMPLES: &str = "By structure, not by text: layout and comments are no change. A ! marks what bears on who is let through.

Example:
  git show HEAD~1:flows/two-factor.yaml > /tmp/old.yaml
  callward flow diff /tmp/old.yaml flows/two-factor.yaml";

const DRAW_EXAMPLES: &str = "Example:
  callward flow draw flows/two-factor.yaml -o two-factor.svg     open it in any browser; light and dark";

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
pub(super) enum Format {
    Text,
    Json,
}

/// Does it. `Ok(false)`: what was looked at is not right.
pub(super) fn flow_command(command: FlowCommand) -> Result<bool, Box<dyn Error>> {
    match command {
        FlowCommand::Check(arguments) => flow_check(&arguments.files, arguments.format.into()),
        FlowCommand::Draw { file, output } => flow_draw(&file, output.as_deref()),
        FlowCommand::Diff { old, new, format } => flow_diff(&old, &new, format.into()),
        FlowCommand::Fmt { files, check } => flow_fmt(&files, check),
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
