//! `callward flow …`: what the command line offers to flow designers.

use std::error::Error;
use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use crate::rehearsal::Door;

use super::flow_check::{FindingFormat, flow_check};
use super::flow_draw::flow_draw;
use super::flow_test::{Rehearsal, flow_test};
use super::tasks::in_tasks;

/// What can be done with flow files.
#[derive(Subcommand)]
pub(super) enum FlowCommand {
    /// Say everything that is wrong in flow files, all at once
    #[command(after_help = CHECK_EXAMPLES)]
    Check(CheckArguments),
    /// Play .call transcripts against the flows, in virtual time
    #[command(after_help = TEST_EXAMPLES)]
    Test(TestArguments),
    /// Draw a flow as SVG: steps, ways, failures, exits
    #[command(after_help = DRAW_EXAMPLES)]
    Draw {
        /// The flow file
        file: PathBuf,
        /// Where the picture goes; stdout where nothing is said
        #[arg(short, long)]
        output: Option<PathBuf>,
    },
}

const TEST_EXAMPLES: &str = "Exit code: 0 every case went as told; 1 some did not; 2 wrong usage.

Examples:
  callward flow test fixtures/calls                   every transcript of a folder
  callward flow test two-factor.call --cover          and what it did not reach
  callward flow test two-factor.call --http           through the HTTP door and our own browser";

#[derive(Args)]
pub(super) struct TestArguments {
    /// Transcripts, or folders of them
    #[arg(required = true)]
    transcripts: Vec<PathBuf>,
    /// The folder of the flows
    #[arg(long, default_value = "flows")]
    flows: PathBuf,
    /// Play over HTTP with our own VoiceXML browser, instead of straight into the engine
    #[arg(long)]
    http: bool,
    /// List the steps, ways, exits and prompts that no transcript reached
    #[arg(long)]
    cover: bool,
    /// How it is told
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

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
enum Format {
    Text,
    Json,
}

/// Does it. `Ok(false)`: what was looked at is not right.
pub(super) fn flow_command(command: FlowCommand) -> Result<bool, Box<dyn Error>> {
    match command {
        FlowCommand::Check(arguments) => flow_check(&arguments.files, arguments.format.into()),
        FlowCommand::Test(arguments) => in_tasks(flow_test(arguments.into())),
        FlowCommand::Draw { file, output } => flow_draw(&file, output.as_deref()),
    }
}

impl From<TestArguments> for Rehearsal {
    fn from(arguments: TestArguments) -> Self {
        let TestArguments { transcripts, flows, http, cover, format } = arguments;
        let door = if http { Door::OverHttp } else { Door::Offline };
        Self { transcripts, flows, door, cover, json: matches!(format, Format::Json) }
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
