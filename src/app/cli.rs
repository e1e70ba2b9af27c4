//! The command line: what `callward` can be asked to do.

use std::error::Error;
use std::io;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

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
    }
}
