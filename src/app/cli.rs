//! The command line: what `callward` can be asked to do.

use std::error::Error;
use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand, ValueEnum};
use url::Url;

use crate::line::{self, Show};

use super::call::call;
use super::call_request::Call;
use super::cli_flow::{FlowCommand, flow_command};
use super::cli_prompts::{PromptsCommand, prompts_command};
use super::demo::demo;
use super::logging;
use super::records::{self, Wanted};
use super::serve::serve;
use super::tasks::in_tasks;

/// A VoiceXML/IVR telephony gateway that finds out who is calling.
#[derive(Parser)]
#[command(version, after_help = "Begin with: callward demo")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the gateway with stand-ins for everything a customer would have, on loopback
    #[command(after_help = "Examples:\n  callward demo\n  callward demo --data /tmp/callward     keep calls and records")]
    Demo {
        /// Keep calls and records in this folder; without it nothing outlives the process
        #[arg(long)]
        data: Option<PathBuf>,
    },
    /// Run the gateway
    #[command(after_help = "Example:\n  callward serve --config /etc/callward/callward.toml")]
    Serve {
        /// The configuration; `callward.toml` in the working directory where it is not given
        #[arg(long)]
        config: Option<PathBuf>,
    },
    /// Call a process, a page, a flow file or a SIP address from the terminal
    #[command(after_help = CALL_EXAMPLES)]
    Call(CallArguments),
    /// What came of calls
    #[command(subcommand)]
    Records(Records),
    /// Flow files: check, test, draw, format, compare and publish them
    #[command(subcommand)]
    Flow(FlowCommand),
    /// Recordings of prompts: what is missing, what to record, and making them
    #[command(subcommand)]
    Prompts(PromptsCommand),
    /// SRGS grammars
    #[command(subcommand)]
    Srgs(Srgs),
    /// VoiceXML pages
    #[command(subcommand)]
    Vxml(Vxml),
}

const CALL_EXAMPLES: &str = "Examples:
  callward call two-factor --var identity=1001                        press keys yourself
  callward call two-factor --var identity=1001 --keys \"2 {sms}\"      take the code from the demo's inbox
  callward call flows/two-factor.yaml --var identity=1002             a flow file, with stand-ins of its own
  callward call http://127.0.0.1:8000/hello.vxml                      any VoiceXML page
  callward call sip:two-factor@127.0.0.1:5060 --var identity=1001 --keys \"2 {sms}\" --record heard.wav
                                                                      a telephone call; done when the BYE says X-Auth-Status: verified";

#[derive(Args)]
struct CallArguments {
    /// A URL is that page, a path ending in .yaml that flow, sip: a telephone call; anything else is a process code, or tenant/code
    target: String,
    /// Keys to press, one group for each question (on sip: when a prompt has gone silent); {sms} and {email} are the newest codes in the inbox
    #[arg(long)]
    keys: Option<String>,
    /// A call variable, as in identity=1001; on sip: a parameter of the address, or a header where its name begins with X-
    #[arg(long = "var", value_parser = read_variable)]
    variables: Vec<(String, String)>,
    /// The caller's number
    #[arg(long, default_value = "+4930901820")]
    from: String,
    /// The gateway, for process codes
    #[arg(long, default_value = "http://127.0.0.1:8080")]
    server: Url,
    /// The demo's inbox
    #[arg(long, default_value = "http://127.0.0.1:9000")]
    inbox: Url,
    /// Write what is heard on a sip: call to this WAV file
    #[arg(long)]
    record: Option<PathBuf>,
    /// Who we are to a SIP server that asks; the password is read from SIP_PASSWORD in the environment
    #[arg(long)]
    login: Option<String>,
    /// One JSON object a line, with everything that --trace shows
    #[arg(long)]
    json: bool,
    /// Show fetches, events, and which form item was chosen and why
    #[arg(long)]
    trace: bool,
}

#[derive(Subcommand)]
enum Records {
    /// Show one record, or all of a call
    #[command(after_help = RECORDS_EXAMPLES)]
    Show {
        /// The authentication (authId)
        #[arg(required_unless_present = "call", conflicts_with = "call")]
        auth_id: Option<String>,
        /// The call, by the platform's id (call_id), else ours
        #[arg(long)]
        call: Option<String>,
        /// The configuration that names the store; `callward.toml` in the working directory where it is not given
        #[arg(long)]
        config: Option<PathBuf>,
        /// The folder of `callward demo --data`, in place of a configuration
        #[arg(long, conflicts_with = "config")]
        data: Option<PathBuf>,
        /// One JSON object a line
        #[arg(long)]
        json: bool,
    },
}

const RECORDS_EXAMPLES: &str = "Examples:
  callward records show 75dfdee5d329826221a314ef
  callward records show --call 4711 --json
  callward records show --data /tmp/callward 75dfdee5d329826221a314ef";

const VXML_EXAMPLES: &str = "Examples:
  callward vxml run --stdio --url http://127.0.0.1:8000/hello.vxml
  callward vxml run --stdio --url http://127.0.0.1:8000/hello.vxml --script '[{\"keys\":\"1\"},{\"noinput\":true}]'";

const SRGS_EXAMPLES: &str = "Example:
  callward srgs match --stdio < requests.jsonl
A line of requests.jsonl:
  {\"uri\":\"builtin:dtmf/digits?length=4\",\"mode\":\"dtmf\",\"tokens\":[\"1\",\"2\"]}";

#[derive(Subcommand)]
enum Vxml {
    /// Run the VoiceXML browser alone
    #[command(after_help = VXML_EXAMPLES)]
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
    #[command(after_help = SRGS_EXAMPLES)]
    Match {
        /// Requests on stdin, answers on stdout, one JSON object a line
        #[arg(long, required = true)]
        stdio: bool,
    },
}

/// Does what the command line asks for. 0: done; 1: what was checked is wrong; 2: wrong usage or configuration.
pub fn run() -> ExitCode {
    match carry_out(Cli::parse().command) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            eprintln!("callward: {error}");
            ExitCode::from(2)
        }
    }
}

fn carry_out(command: Command) -> Result<bool, Box<dyn Error>> {
    match command {
        Command::Demo { data } => {
            let _spans = logging::begin("warn");
            let program = std::env::args().next().unwrap_or_else(|| "callward".to_owned());
            in_tasks(demo(data.as_deref(), &program)).map(|()| true)
        }
        Command::Serve { config } => {
            let _spans = logging::begin("info");
            in_tasks(serve(config.as_deref())).map(|()| true)
        }
        Command::Call(arguments) => {
            let _spans = logging::begin("off");
            in_tasks(call(arguments.into()))
        }
        Command::Records(Records::Show { auth_id, call, config, data, json }) => {
            let _spans = logging::begin("warn");
            in_tasks(records::show(Wanted { auth_id, call, config, data, json }))
        }
        Command::Flow(command) => flow_command(command),
        Command::Prompts(command) => {
            let _spans = logging::begin("warn");
            prompts_command(command)
        }
        Command::Srgs(Srgs::Match { stdio: _ }) => {
            line::match_lines(io::stdin().lock(), io::stdout().lock())?;
            Ok(true)
        }
        Command::Vxml(Vxml::Run { stdio: _, url, script, clock, allow }) => {
            line::run_vxml(line::VxmlOptions { url, script, pace: clock.into(), allow })?;
            Ok(true)
        }
    }
}

fn read_variable(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("write it as name=value")?;
    Ok((name.to_owned(), value.to_owned()))
}

impl From<CallArguments> for Call {
    fn from(arguments: CallArguments) -> Self {
        let CallArguments { target, keys, variables, from, server, inbox, record, login, json, trace } = arguments;
        let show = match (json, trace) {
            (true, _) => Show::Json,
            (false, true) => Show::Trace,
            (false, false) => Show::Words,
        };
        Self { target, keys, variables, from, server, inbox, record, login, show }
    }
}
