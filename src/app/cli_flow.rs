//! `callward flow …`: what the command line offers to flow designers.

use std::error::Error;
use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use crate::flow::schema;
use crate::rehearsal::Door;

use super::flow_check::{FindingFormat, flow_check};
use super::flow_diff::flow_diff;
use super::flow_draw::flow_draw;
use super::flow_fmt::flow_fmt;
use super::flow_publish::flow_publish;
use super::flow_rollback::flow_rollback;
use super::flow_test::{Rehearsal, flow_test};
use super::flow_versions::flow_versions;
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
        /// Transcripts, or folders of them: what none of them reaches is drawn pale
        #[arg(long, num_args = 1..)]
        cover: Vec<PathBuf>,
    },
    /// Say in words what has changed between two versions of a flow
    #[command(after_help = DIFF_EXAMPLES)]
    Diff {
        /// The version before: a file, or a version that is kept, as in two-factor@3f2a
        old: String,
        /// The version after
        new: String,
        /// The configuration that names the store of versions
        #[arg(long)]
        config: Option<PathBuf>,
        /// How changes are shown
        #[arg(long, value_enum, default_value = "text")]
        format: Format,
    },
    /// Make a flow live for new calls, on every node; calls in progress stay on their version
    #[command(after_help = PUBLISH_EXAMPLES)]
    Publish {
        /// A flow file, or the name of a flow in the folder of the configuration
        flow: String,
        /// What is different, and why
        #[arg(long)]
        note: String,
        /// The configuration; `callward.toml` in the working directory where it is not given
        #[arg(long)]
        config: Option<PathBuf>,
    },
    /// List the versions of a flow: since when, by whom, and how many calls are on each
    #[command(after_help = VERSIONS_EXAMPLES)]
    Versions {
        /// The flow's name
        flow: String,
        /// The configuration; `callward.toml` in the working directory where it is not given
        #[arg(long)]
        config: Option<PathBuf>,
    },
    /// Make an earlier version live again for new calls
    #[command(after_help = ROLLBACK_EXAMPLES)]
    Rollback {
        /// The flow's name
        flow: String,
        /// The beginning of the version; the one before the live one where it is not given
        version: Option<String>,
        /// Why
        #[arg(long, default_value = "")]
        note: String,
        /// The configuration; `callward.toml` in the working directory where it is not given
        #[arg(long)]
        config: Option<PathBuf>,
    },
    /// Print the JSON Schema of the language, for editors
    #[command(after_help = SCHEMA_EXAMPLES)]
    Schema,
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

Examples:
  git show HEAD~1:flows/two-factor.yaml > /tmp/old.yaml
  callward flow diff /tmp/old.yaml flows/two-factor.yaml
  callward flow diff two-factor@3f2a flows/two-factor.yaml     a version that calls were on, and the file";

const PUBLISH_EXAMPLES: &str = "The flow is checked first. The flows that it calls and their grammars are published with it.
Exit code: 0 it is live; 1 it is wrong, and nothing has changed; 2 wrong usage.

Examples:
  callward flow publish two-factor --note \"Shorter menu\"
  callward flow publish drafts/two-factor.yaml --note \"For Monday\" --config /etc/callward/callward.toml";

const VERSIONS_EXAMPLES: &str = "Example:
  callward flow versions two-factor";

const ROLLBACK_EXAMPLES: &str = "The file in the folder stays as it is, and out, until it is changed.

Examples:
  callward flow rollback two-factor                            to the version that was live before
  callward flow rollback two-factor 3f2a --note \"Too many wrong keys\"";

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

const SCHEMA_EXAMPLES: &str = "Example:
  callward flow schema > flow.schema.json
  and as the first line of a flow file: # yaml-language-server: $schema=flow.schema.json";

const DRAW_EXAMPLES: &str = "Examples:
  callward flow draw flows/two-factor.yaml -o two-factor.svg                       open it in any browser; light and dark
  callward flow draw flows/two-factor.yaml -o two-factor.svg --cover fixtures/calls   what no transcript reaches is pale";

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
        FlowCommand::Test(arguments) => in_tasks(flow_test(arguments.into())),
        FlowCommand::Draw { file, output, cover } => flow_draw(&file, output.as_deref(), &cover),
        FlowCommand::Diff { old, new, config, format } => in_tasks(flow_diff([old, new], config, format.into())),
        FlowCommand::Publish { flow, note, config } => in_tasks(flow_publish(flow, note, config)),
        FlowCommand::Versions { flow, config } => in_tasks(flow_versions(flow, config)),
        FlowCommand::Rollback { flow, version, note, config } => in_tasks(flow_rollback(flow, version, note, config)),
        FlowCommand::Schema => {
            println!("{}", serde_json::to_string_pretty(&schema())?);
            Ok(true)
        }
        FlowCommand::Fmt { files, check } => flow_fmt(&files, check),
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
