//! The command line: what `callward` can be asked to do.

use std::error::Error;
use std::io;
use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};
use url::Url;

use crate::line;

/// A VoiceXML/IVR telephony gateway that finds out who is calling.
#[derive(Parser)]
#[command(version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// SRGS grammars
    #[command(subcommand)]
    Srgs(Srgs),
    /// VoiceXML pages
    #[command(subcommand)]
    Vxml(Vxml),
}

#[derive(Subcommand)]
enum Vxml {
    /// Run the VoiceXML browser alone
    Run {
        /// The trace on stdout, replies on stdin, one JSON object a line
        #[arg(long, required = true)]
        stdio: bool,
        /// The first page
        #[arg(long)]
        url: Url,
        /// Replies as a JSON array, instead of those on stdin
        #[arg(long)]
        script: Option<String>,
        /// Whether waits are waited
        #[arg(long, value_enum, default_value = "virtual")]
        clock: Pace,
        /// A host that may be fetched from though its address is an inner one
        #[arg(long)]
        allow: Vec<String>,
    },
}

#[derive(Clone, Copy, ValueEnum)]
enum Pace {
    Virtual,
    Real,
}

impl From<Pace> for line::Pace {
    fn from(pace: Pace) -> Self {
        match pace {
            Pace::Virtual => Self::Virtual,
            Pace::Real => Self::Real,
        }
    }
}

#[derive(Subcommand)]
enum Srgs {
    /// Match keys or words against a grammar
    Match {
        /// Requests on stdin, answers on stdout, one JSON object a line
        #[arg(long, required = true)]
        stdio: bool,
    },
}

/// Does what the command line asks for. 0: done; 2: wrong usage.
pub fn run() -> ExitCode {
    match carry_out(Cli::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("callward: {error}");
            ExitCode::from(2)
        }
    }
}

fn carry_out(command: Command) -> Result<(), Box<dyn Error>> {
    match command {
        Command::Srgs(Srgs::Match { stdio: _ }) => Ok(line::match_lines(io::stdin().lock(), io::stdout().lock())?),
        Command::Vxml(Vxml::Run { stdio: _, url, script, clock, allow }) => {
            Ok(line::run_vxml(line::VxmlOptions { url, script, pace: clock.into(), allow })?)
        }
    }
}
