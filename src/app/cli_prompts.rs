//! `callward prompts …`: what the command line offers to those who record prompts.

use std::error::Error;
use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use crate::voice::EngineKind;

use super::prompts::{Rendering, Shelf, check, script};
use super::prompts_render::render;
use super::tasks::in_tasks;

/// What can be done with recordings.
#[derive(Subcommand)]
pub(super) enum PromptsCommand {
    /// Say which recordings are missing, stale or orphaned
    #[command(after_help = CHECK_EXAMPLES)]
    Check(ShelfArguments),
    /// Write what a voice actor has to say: file, text, note
    #[command(after_help = SCRIPT_EXAMPLES)]
    Script {
        #[command(flatten)]
        shelf: ShelfArguments,
        /// How it is written
        #[arg(long, value_enum, default_value = "markdown")]
        format: ScriptFormat,
        /// Only what is missing or stale
        #[arg(long)]
        missing: bool,
    },
    /// Make the recordings that are missing or stale
    #[command(after_help = RENDER_EXAMPLES)]
    Render(RenderArguments),
}

const CHECK_EXAMPLES: &str = "Exit code: 0 every recording is there and says what the flows say; 1 some are not; 2 wrong usage.

Examples:
  callward prompts check
  callward prompts check --flows /etc/callward/flows --audio /etc/callward/audio --language es";

const SCRIPT_EXAMPLES: &str = "Examples:
  callward prompts script --language en > script.md          everything, as a table
  callward prompts script --missing --format csv             what is still to be recorded, for a spreadsheet";

const RENDER_EXAMPLES: &str =
    "Recordings become WAV files of 8 kHz in µ-law, cut at both ends and brought to one level; index.tsv lists them.

Examples:
  callward prompts render                                    with espeak-ng, whatever is missing or stale
  callward prompts render --engine flite --all --language en
  callward prompts render --from studio                      take a voice actor's WAV files from studio/LANGUAGE/…
  callward prompts render --prune                            and remove what no flow wants any more";

#[derive(Args)]
pub(super) struct ShelfArguments {
    /// The folder of the flows
    #[arg(long, default_value = "flows")]
    flows: PathBuf,
    /// The folder of the recordings
    #[arg(long, default_value = "audio")]
    audio: PathBuf,
    /// This language only
    #[arg(long)]
    language: Option<String>,
}

#[derive(Args)]
pub(super) struct RenderArguments {
    #[command(flatten)]
    shelf: ShelfArguments,
    /// Who speaks
    #[arg(long, value_enum, default_value = "espeak-ng")]
    engine: EngineName,
    /// Take recordings from this folder instead: the same names, any WAV
    #[arg(long, conflicts_with = "engine")]
    from: Option<PathBuf>,
    /// Also those that are there and right
    #[arg(long)]
    all: bool,
    /// Remove recordings that nothing wants
    #[arg(long)]
    prune: bool,
    /// The configuration with voices and speech service; `callward.toml` in the working directory where it is not given
    #[arg(long)]
    config: Option<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
pub(super) enum ScriptFormat {
    Markdown,
    Csv,
}

#[derive(Clone, Copy, ValueEnum)]
enum EngineName {
    EspeakNg,
    Flite,
    Http,
}

/// Does it. `Ok(false)`: recordings are missing, stale or orphaned.
pub(super) fn prompts_command(command: PromptsCommand) -> Result<bool, Box<dyn Error>> {
    match command {
        PromptsCommand::Check(shelf) => check(&shelf.into()),
        PromptsCommand::Script { shelf, format, missing } => script(&shelf.into(), matches!(format, ScriptFormat::Csv), missing),
        PromptsCommand::Render(arguments) => in_tasks(render(arguments.into())),
    }
}

impl From<ShelfArguments> for Shelf {
    fn from(ShelfArguments { flows, audio, language }: ShelfArguments) -> Self {
        Self { flows, audio, language }
    }
}

impl From<RenderArguments> for Rendering {
    fn from(RenderArguments { shelf, engine, from, all, prune, config }: RenderArguments) -> Self {
        let engine = match engine {
            EngineName::EspeakNg => EngineKind::EspeakNg,
            EngineName::Flite => EngineKind::Flite,
            EngineName::Http => EngineKind::Http,
        };
        Self { shelf: shelf.into(), engine, from, all, prune, config }
    }
}
