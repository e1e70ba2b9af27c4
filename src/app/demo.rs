//! `callward demo`: the gateway and stand-ins for everything a customer would have, on loopback.

use std::error::Error;
use std::net::SocketAddr;
use std::path::Path;

use crate::clock::{Chance, Clock};
use crate::config::{Config, ConfigError, Sip};
use crate::demo::{Customer, CustomerTable, NextStep, Options, StandIns};
use crate::flow::{Flow, SettingKind};
use crate::line::ExchangeError;
use crate::sip::TransportProtocol;
use crate::web::Server;

use super::compose::{Composition, compose};
use super::flows::FlowLibrary;
use super::serve::run;
use super::tasks::Workers;
use super::telephone::{OpenTelephone, TelephoneError, open_telephone};

/// The demo's own configuration; `CALLWARD_` variables may change it like any other.
const CONFIGURATION: &str = include_str!("demo.toml");

/// One process of the demo.
const PROCESS: &str = include_str!("demo_process.toml");

/// A second process of the two-factor flow, whose codes the customer's services make and check.
const EXTERNAL: &str = include_str!("demo_external.toml");

/// Runs the demo until it is told to stop.
pub(super) async fn demo(data: Option<&Path>, program: &str) -> Result<(), Box<dyn Error>> {
    let folder = Some(Path::new("flows")).filter(|folder| folder.is_dir());
    let flows = folder.map_or_else(FlowLibrary::shipped, FlowLibrary::read)?;
    let options = Options { next_steps: NextStep::of_the_demo(program), ..Options::demo() };
    let stand_ins = StandIns::start(options, Clock::system(), Chance::system()).await?;
    let all: Vec<(&str, &Flow)> = flows.names().filter_map(|name| Some((name, flows.find(name)?.as_ref()))).collect();
    let config = configuration(&store(data)?, &stand_ins.base_url(), stand_ins.smtp_address().port(), &all)?;
    let composition = compose(&config, &flows, Clock::system(), Chance::system()).await?;
    let server = Server::bind(config.http.listen).await?;
    let workers = Workers::of_telephone()?;
    let telephone = workers.lend(telephone(&config, &composition)).await?;
    let number = telephone.as_ref().and_then(OpenTelephone::address);
    let telephone = telephone.map(|telephone| (telephone, workers));
    welcome(&server.address()?.to_string(), number, &stand_ins, data, program);
    run(server, telephone, composition, &config, folder).await;
    Ok(())
}

/// The demo's telephone; where another one has the port already, it takes a free one.
async fn telephone(config: &Config, composition: &Composition) -> Result<Option<OpenTelephone>, TelephoneError> {
    let Some(sip) = &config.sip else { return Ok(None) };
    let open = async |sip: &Sip| open_telephone(sip, config, composition, Clock::system(), Chance::system()).await;
    match open(sip).await {
        Err(TelephoneError::Exchange(ExchangeError::Listen { .. })) => {
            let listen = SocketAddr::new(sip.listen.ip(), 0);
            open(&Sip { listen, transports: vec![TransportProtocol::Udp], ..sip.clone() }).await.map(Some)
        }
        opened => opened.map(Some),
    }
}

/// The demo's configuration with these stand-ins, and a process for each flow in `flows`.
pub(super) fn configuration(store: &str, services: &str, smtp_port: u16, flows: &[(&str, &Flow)]) -> Result<Config, ConfigError> {
    let external = flows.iter().any(|(name, _)| *name == "two-factor").then(|| EXTERNAL.to_owned());
    let own = flows.iter().map(|(name, flow)| PROCESS.replace("{flow}", name) + &own_services(flow));
    let processes: Vec<String> = external.into_iter().chain(own).collect();
    Config::from_text("demo.toml", &text(store, services, smtp_port, &processes), std::env::vars())
}

/// The text of the demo's configuration; it ends in the settings of the last process.
pub fn demo_text(store: &str, services: &str, smtp_port: u16, flows: &[&str]) -> String {
    let processes: Vec<String> = flows.iter().map(|name| PROCESS.replace("{flow}", name)).collect();
    text(store, services, smtp_port, &processes)
}

fn text(store: &str, services: &str, smtp_port: u16, processes: &[String]) -> String {
    let text = CONFIGURATION.to_owned() + &processes.join("\n");
    text.replace("{store}", store).replace("{services}", services).replace("{smtp_port}", &smtp_port.to_string())
}

/// The services that a flow cannot do without, beside those that every tenant has: a stand-in answers each.
fn own_services(flow: &Flow) -> String {
    let needed = flow.settings.iter().filter(|setting| matches!(setting.kind, SettingKind::Service { optional: false }));
    let names = needed.map(|setting| setting.name.text.as_str()).filter(|name| !CONFIGURATION.contains(&format!("\n{name} =")));
    names.map(|name| format!("{name} = {{ production = \"{{services}}/{name}\", test = \"{{services}}/{name}\" }}\n")).collect()
}

fn store(data: Option<&Path>) -> Result<String, String> {
    let Some(folder) = data else { return Ok("memory:".to_owned()) };
    std::fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    Ok(format!("sqlite://{}", folder.join("callward.db").display()))
}

fn welcome(address: &str, number: Option<SocketAddr>, stand_ins: &StandIns, data: Option<&Path>, program: &str) {
    let kept =
        data.map_or("nothing is kept once it stops".to_owned(), |folder| format!("calls and records are kept in {}", folder.display()));
    println!("Callward's demo is running; {kept}.\n");
    println!("  Inboxes, live:      {}/", stand_ins.base_url());
    println!("  VoiceXML platforms: http://{address}/vxml/demo/two-factor?identity=1001");
    println!("                      http://{address}/vxml/demo/two-factor/subdialog");
    if let Some(number) = number {
        println!("  Telephones:         sip:two-factor@{number};identity=1001");
    }
    println!();
    println!("{}", CustomerTable(&Customer::of_the_demo()));
    println!("Try, in another terminal:\n");
    for step in NextStep::of_the_demo(program) {
        println!("  # {}\n  {}\n", step.what, step.command);
    }
    println!("Ctrl-C stops it.");
}
