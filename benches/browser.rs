//! What browsing costs: CPU for each dialog with cached pages, documents a second over loopback HTTP, memory for each idle call.

#![expect(clippy::unwrap_used, reason = "what a benchmark needs and does not get is its failure")]

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use callward::browser::{Action, Ending, Event, Interpreter, Resource, Spoken, Start};
use callward::clock::{Chance, Clock};
use callward::line::{AddressGuard, Asked, Caller, Handset, Happening, HttpFetcher, Pace, Reply, session_variables};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use url::Url;

const HELLO: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<vxml xmlns="http://www.w3.org/2001/vxml" version="2.1">
  <form><block><prompt>Hello, world.</prompt></block></form>
</vxml>"#;

const SIX_DIGITS: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<vxml xmlns="http://www.w3.org/2001/vxml" version="2.1">
  <var name="tries" expr="0"/>
  <script>function spaced(code) { return code.split('').join(' '); }</script>
  <form>
    <field name="code">
      <property name="interdigittimeout" value="4s"/>
      <grammar mode="dtmf" version="1.0" root="code">
        <rule id="code" scope="public"><item repeat="6"><one-of>
          <item>0</item><item>1</item><item>2</item><item>3</item><item>4</item>
          <item>5</item><item>6</item><item>7</item><item>8</item><item>9</item></one-of></item></rule>
      </grammar>
      <prompt>Please enter your six digits.</prompt>
      <noinput>Nothing was pressed. <reprompt/></noinput>
      <filled>
        <assign name="tries" expr="tries + 1"/>
        <prompt>You pressed <value expr="spaced(code)"/>.</prompt>
        <exit namelist="code tries"/>
      </filled>
    </field>
  </form>
</vxml>"#;

const DOCUMENTS: u32 = 500;

fn main() {
    // `cargo test --all-targets` starts benchmarks too, unoptimised: nothing is to be measured then.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    dialogs("hello", HELLO, "");
    dialogs("six digits", SIX_DIGITS, "482913");
    memory("idle", SIX_DIGITS, 300);
    memory("computing", &SIX_DIGITS.replace("expr=\"0\"", "expr=\"Math.max(0, 0)\""), 300);
    chain();
}

/// CPU of one dialog after the other, fetching left out.
fn dialogs(name: &str, page: &str, keys: &str) {
    const WARM_UP: u32 = 50;
    const RUNS: u32 = 2_000;
    (0..WARM_UP).for_each(|_| browse(page, keys));
    let before = cpu();
    (0..RUNS).for_each(|_| browse(page, keys));
    let each = (cpu() - before) / RUNS;
    println!("{name:<12} {:>8.1} µs CPU a dialog", each.as_secs_f64() * 1e6);
}

fn browse(page: &str, keys: &str) {
    let now = Instant::now();
    let mut browser = at_first_page(page, now);
    for key in keys.chars() {
        browser.handle(Event::Key(key), now);
    }
    while let Some(action) = browser.poll() {
        match action {
            Action::Play(prompts) => prompts.iter().for_each(|_: &Spoken| browser.handle(Event::PromptPlayed, now)),
            Action::End(_) => return,
            _ => {}
        }
    }
    panic!("the dialog did not end");
}

fn at_first_page(page: &str, now: Instant) -> Interpreter {
    let url = Url::parse("http://pages.example/start").unwrap();
    let session = session_variables("sip:bench@localhost", "tel:+15555550100");
    let start = Start { url: url.clone(), session, clock: Clock::system(), chance: Chance::system() };
    let mut browser = Interpreter::start(start, now).unwrap();
    browser.handle(Event::Fetched { id: 1, outcome: Ok(Resource { url, media_type: None, body: page.as_bytes().to_vec() }) }, now);
    browser
}

/// Resident memory of calls that wait for their caller: of a page that declares, and of one that had to compute.
fn memory(name: &str, page: &str, calls: u64) {
    let now = Instant::now();
    let _first = at_first_page(page, now);
    let before = resident();
    let waiting: Vec<Interpreter> = (0..calls).map(|_| at_first_page(page, now)).collect();
    let each = (resident() - before) / calls;
    println!("{name:<12} {each:>8} KB a waiting call ({} of them)", waiting.len());
}

/// A call through many documents, each fetched over HTTP; the server has a thread of its own, whose CPU does not count.
fn chain() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (tell, told) = std::sync::mpsc::channel();
    let stop = Arc::new(AtomicBool::new(false));
    let server = std::thread::spawn({
        let stop = Arc::clone(&stop);
        move || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(serve(&tell, &stop))
    });
    let origin: Url = told.recv().unwrap();
    let run = || {
        let guard = AddressGuard::new(&origin, &[]);
        let fetcher = HttpFetcher::new(guard, Clock::system()).unwrap();
        let session = session_variables("sip:bench@localhost", "tel:+15555550100");
        let start = Start { url: origin.join("0").unwrap(), session, clock: Clock::system(), chance: Chance::system() };
        runtime.block_on(Handset::new(start, fetcher, Nobody, Pace::Virtual).unwrap().run()).unwrap()
    };
    run();
    let (wall, before) = (Instant::now(), cpu());
    let runs = 4;
    let endings: Vec<Ending> = (0..runs).map(|_| run()).collect();
    let documents = f64::from(DOCUMENTS * runs);
    let (cpu, wall) = (cpu() - before, wall.elapsed());
    assert!(endings.iter().all(|ending| ending.uncaught.is_none()));
    stop.store(true, Ordering::Relaxed);
    drop(std::net::TcpStream::connect((origin.host_str().unwrap(), origin.port().unwrap())));
    server.join().unwrap();
    println!(
        "{:<12} {:>8.0} documents a second of CPU, {:.0} of wall time",
        "chain",
        documents / cpu.as_secs_f64(),
        documents / wall.as_secs_f64()
    );
}

async fn serve(tell: &std::sync::mpsc::Sender<Url>, stop: &AtomicBool) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    tell.send(Url::parse(&format!("http://{}/", listener.local_addr().unwrap())).unwrap()).unwrap();
    while let Ok((stream, _)) = listener.accept().await {
        if stop.load(Ordering::Relaxed) {
            return;
        }
        tokio::spawn(answer(stream));
    }
}

/// One document for each request: it goes on to the next number.
async fn answer(mut stream: TcpStream) {
    let mut bytes = [0; 4096];
    while let Ok(length @ 1..) = stream.read(&mut bytes).await {
        let request = String::from_utf8_lossy(&bytes[..length]).into_owned();
        let path = request.split_whitespace().nth(1).unwrap_or_default().trim_start_matches('/').to_owned();
        let number: u32 = path.parse().unwrap_or_default();
        let body = match number + 1 < DOCUMENTS {
            true => {
                SIX_DIGITS.replace("<field name=\"code\">", &format!("<block><goto next=\"{}\"/></block><field name=\"code\">", number + 1))
            }
            false => HELLO.to_owned(),
        };
        let head = format!("HTTP/1.1 200 OK\r\nContent-Type: application/voicexml+xml\r\nContent-Length: {}\r\n\r\n", body.len());
        if stream.write_all(format!("{head}{body}").as_bytes()).await.is_err() {
            return;
        }
    }
}

struct Nobody;

impl Caller for Nobody {
    fn witness(&mut self, _happening: &Happening<'_>, _at: Duration) {}

    async fn answer(&mut self, _asked: Asked) -> Option<Reply> {
        None
    }
}

/// CPU time of this thread.
fn cpu() -> Duration {
    let statistics = fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    Duration::from_nanos(statistics.split_whitespace().next().unwrap().parse().unwrap())
}

/// Resident memory of the process, in KB.
fn resident() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}
