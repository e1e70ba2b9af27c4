//! `callward call`: calls a process, a page, a flow file or a SIP address from the terminal.

use std::error::Error;
use std::io::IsTerminal;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;

use url::Url;

use crate::browser::Start;
use crate::clock::{Chance, Clock};
use crate::demo::{Options, StandIns};
use crate::flow::Flow;
use crate::line::{AddressGuard, Handset, HttpFetcher, Terminal, session_variables, succeeded};
use crate::lint::{Review, check_calls, has_errors};
use crate::web::Server;

use super::beside::Beside;
use super::call_request::Call;
use super::call_sip::call_sip;
use super::compose::compose;
use super::demo::configuration;
use super::flow_files::{folder_of, read_source};
use super::flows::{self, FlowLibrary, review_beside};
use super::serve::run;

/// The tenant of a process code that stands alone.
const DEMO: &str = "demo";

/// Calls; `true` when the caller was verified, or the dialog ended without an error.
pub(super) async fn call(call: Call) -> Result<bool, Box<dyn Error>> {
    call.check_keys()?;
    if call.target.starts_with("sip:") {
        return call_sip(&call).await;
    }
    if call.record.is_some() || call.login.is_some() {
        return Err("--record and --login are for sip: addresses alone".into());
    }
    if call.target.starts_with("http://") || call.target.starts_with("https://") {
        let url = Url::parse(&call.target)?;
        return dial(url, &call, call.inbox.clone()).await;
    }
    if Path::new(&call.target).extension().is_some_and(|extension| extension == "yaml") {
        return call_flow(&call).await;
    }
    let url = entry(&call.server, &call.target)?;
    dial(url, &call, call.inbox.clone()).await
}

/// The entry of `code` or `tenant/code` at a gateway.
fn entry(server: &Url, target: &str) -> Result<Url, Box<dyn Error>> {
    let (tenant, code) = target.split_once('/').unwrap_or((DEMO, target));
    let mut url = server.clone();
    url.path_segments_mut().map_err(|()| format!("{server} cannot be a gateway's address"))?.pop_if_empty().extend(["vxml", tenant, code]);
    Ok(url)
}

/// Runs the flow of a file behind a gateway and stand-ins of its own, and calls it.
async fn call_flow(call: &Call) -> Result<bool, Box<dyn Error>> {
    let path = Path::new(&call.target);
    let name = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let mut library = FlowLibrary::shipped()?;
    library.put(&name, read_sound(path, &name, &library)?);
    let stand_ins = StandIns::start(Options::default(), Clock::system(), Chance::system()).await?;
    let flow = library.find(&name).ok_or("the flow is not there")?;
    let config = configuration("memory:", &stand_ins.base_url(), stand_ins.smtp_address().port(), &[(&name, flow)])?;
    let composition = compose(&config, &library, Clock::system(), Chance::system()).await?;
    let server = Server::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await?;
    let url = entry(&Url::parse(&format!("http://{}", server.address()?))?, &name)?;
    let inbox = Url::parse(&stand_ins.base_url())?;
    tokio::select! {
        done = dial(url, call, inbox) => done,
        () = run(server, None, composition, &config, None) => Err("the gateway stopped".into()),
    }
}

/// A flow as `callward flow check` wants it; the flows that it calls are those that come with Callward.
fn read_sound(path: &Path, name: &str, library: &FlowLibrary) -> Result<Flow, Box<dyn Error>> {
    let source = read_source(path)?;
    let Review { flow, mut findings } = review_beside(&source.text, &Beside::read(folder_of(path))?);
    if let Some(flow) = &flow {
        let shipped = library.names().filter_map(|name| Some((name.to_owned(), Flow::clone(library.find(name)?))));
        let flows = shipped.chain([(name.to_owned(), flow.clone())]).collect();
        findings.extend(check_calls(name, &flows));
    }
    let wrong = has_errors(&findings);
    let shown = flows::render(&[(source, findings)], std::io::stderr().is_terminal());
    match flow {
        Some(flow) if !wrong => {
            eprint!("{shown}");
            Ok(flow)
        }
        _ => Err(shown.into()),
    }
}

async fn dial(mut url: Url, call: &Call, inbox: Url) -> Result<bool, Box<dyn Error>> {
    if url.query().is_none() {
        url.query_pairs_mut().append_pair("from", &call.from);
    }
    url.query_pairs_mut().extend_pairs(&call.variables);
    let clock = Clock::system();
    let fetcher = HttpFetcher::new(AddressGuard::new(&url, &[]), clock.clone())?;
    let session = session_variables("sip:callward@localhost", &format!("tel:{}", call.from));
    let start = Start { url, session, clock, chance: Chance::system() };
    let terminal = Terminal::new(call.keys.as_deref(), Some(inbox), call.show);
    let pace = terminal.pace();
    let ending = Handset::new(start, fetcher, terminal, pace)?.run().await?;
    Ok(succeeded(&ending))
}
