//! What telephone calls cost: their set-up, and many at once in the two-factor flow, at a gateway that is a process of its own.
//!
//! `cargo bench --bench sip -- [CALLS] [SETUPS]` prints, for SETUPS calls at 100 a second to a page without script, processor time for
//! each and how long the 200 took; for CALLS calls that stand at once in the two-factor flow, memory for each, the lateness of 99 of
//! 100 packets, and the load tool's own processor time. Each call needs two file handles on either side: `ulimit -n 16384`.

use std::collections::HashMap;
use std::io::{BufRead, BufReader};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use callward::app::demo_text;
use callward::clock::{Chance, Clock};
use callward::demo::{ContactMethod, Customer, Inbox, Options, StandIns};
use callward::line::{CallLeg, Exchange, ExchangeSettings, Media, MediaNews, MediaSettings, OutgoingCall, SessionMedia};
use callward::rtp::{Key, KeyTiming};
use callward::sip::{Body, CallNews, Headers, Host, NameAddr, Srtp, TransportProtocol, Uri};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

const LOOPBACK: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
/// Between two calls: 100 a second.
const BETWEEN: Duration = Duration::from_millis(10);
/// How long a call of the first measurement stands.
const STANDS: Duration = Duration::from_secs(1);
/// How long all calls of the second hear their prompts before they are measured.
const HEARS: Duration = Duration::from_secs(5);
/// A page that waits for a key.
const PAGE: &str = r#"<?xml version="1.0"?><vxml version="2.1" xmlns="http://www.w3.org/2001/vxml"><form><field name="key" type="digits?length=1">
<prompt timeout="60s"/></field></form></vxml>"#;

/// The gateway, and the lines on which it told where it listens.
struct Gateway {
    process: Child,
    http: SocketAddr,
    sip: SocketAddr,
    _folder: tempfile::TempDir,
}

/// The load tool's telephones.
struct Telephones {
    exchange: Exchange,
    media: Media,
    sip: SocketAddr,
}

/// The codes that were sent, by telephone number. The stand-ins' inbox forgets old messages: codes are taken as they come.
#[derive(Default)]
struct Codes {
    by_number: HashMap<String, String>,
    seen: u64,
}

/// A call that hears a prompt.
struct Standing {
    leg: CallLeg,
    session: SessionMedia,
    _news: mpsc::Receiver<MediaNews>,
}

fn main() {
    // `cargo test --all-targets` starts benchmarks too, unoptimised: nothing is to be measured then.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let numbers: Vec<usize> = std::env::args().filter_map(|argument| argument.parse().ok()).collect();
    let calls = numbers.first().copied().unwrap_or(2000);
    let setups = numbers.get(1).copied().unwrap_or(1000);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("there are threads");
    runtime.block_on(async {
        measure_setup(setups).await;
        measure_standing(calls).await;
    });
}

async fn measure_setup(calls: usize) {
    let page = serve_page().await;
    let stand_ins = stand_ins(1).await;
    let gateway = Gateway::start(&stand_ins, &[("CALLWARD_SIP__PAGES", &format!("http://{page}/"))]);
    let telephones = Telephones::open(gateway.sip).await;
    let listener = UdpSocket::bind((LOOPBACK, 0)).expect("loopback has a port");
    let sdp = format!(
        "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio {} RTP/AVP 0\r\n",
        listener.local_addr().expect("it is bound").port()
    );
    let target = format!("sip:dialog@{};voicexml=http%3A%2F%2F127.0.0.1%3A{}%2F", gateway.sip, page.port());
    telephones.set_up(&target, &sdp).await.expect("the first call is answered");

    let (before, mut running) = (gateway.cpu(), JoinSet::new());
    let mut pace = tokio::time::interval(BETWEEN);
    for _ in 0..calls {
        pace.tick().await;
        let dialled = telephones.dial(&target, sdp.clone().into_bytes()).await;
        running.spawn(answered_within(dialled, Instant::now()));
    }
    let mut times: Vec<Duration> = running.join_all().await.into_iter().flatten().collect();
    let cpu = gateway.cpu() - before;

    times.sort_unstable();
    let at = |share: usize| times.get((times.len() * share / 100).min(times.len().saturating_sub(1))).copied().unwrap_or_default();
    println!("set-up, 100 calls/s   answered  cpu per call  INVITE to 200: p50      p99");
    println!(
        "{calls:19}   {:8}  {:9.2} ms  {:18.2} ms  {:5.2} ms",
        times.len(),
        milliseconds(cpu) / calls as f64,
        milliseconds(at(50)),
        milliseconds(at(99))
    );
}

async fn measure_standing(calls: usize) {
    let stand_ins = stand_ins(calls).await;
    let gateway = Gateway::start(&stand_ins, &[]);
    let telephones = Telephones::open(gateway.sip).await;
    let memory_before = gateway.memory();
    let own_before = cpu(Path::new("/proc/self/stat"));

    let (mut standing, mut codes, mut pace) = (Vec::new(), Codes::default(), tokio::time::interval(BETWEEN));
    for number in 0..calls {
        pace.tick().await;
        standing.push(telephones.stand(number).await);
        codes.take(stand_ins.inbox());
    }
    let ramp = gateway.cpu();
    tokio::time::sleep(HEARS).await;
    let (cpu_hearing, memory) = (gateway.cpu() - ramp, gateway.memory().saturating_sub(memory_before));
    let late = lateness(gateway.http).await;

    codes.take(stand_ins.inbox());
    let mut running = JoinSet::new();
    for (number, call) in standing.into_iter().enumerate() {
        let Some(code) = codes.by_number.get(&telephone_number(number)) else { continue };
        let keys = code.chars().filter_map(Key::from_symbol).collect();
        call.session.stream.press(keys, KeyTiming::default()).expect("the thread takes orders");
        running.spawn(status(call));
    }
    let verified = running.join_all().await.into_iter().filter(|status| *status).count();
    let own = cpu(Path::new("/proc/self/stat")) - own_before;

    println!("at once   verified  cpu while heard  p99 late  memory per call  load tool's cpu");
    println!(
        "{calls:7}   {verified:8}  {:13.1} %  {:5.2} ms  {:12.0} KB  {:13.1} s",
        cpu_hearing.as_secs_f64() / HEARS.as_secs_f64() * 100.0,
        late * 1000.0,
        memory as f64 / calls as f64,
        own.as_secs_f64()
    );
}

/// Until the call is answered; then it stands for a while. `None` when it is not.
async fn answered_within(mut leg: CallLeg, dialled: Instant) -> Option<Duration> {
    loop {
        match leg.news().await? {
            CallNews::Answered { .. } => break,
            CallNews::Ended(_) => return None,
            _ => {}
        }
    }
    let time = dialled.elapsed();
    tokio::time::sleep(STANDS).await;
    leg.hang_up(Headers::default()).await.ok()?;
    while leg.news().await.is_some() {}
    Some(time)
}

/// Whether the call ends with a caller who is verified.
async fn status(mut call: Standing) -> bool {
    while let Some(news) = call.leg.news().await {
        if let CallNews::Ended(ending) = news {
            return ending.headers.get("X-Auth-Status") == Some("verified");
        }
    }
    false
}

impl Codes {
    fn take(&mut self, inbox: &Inbox) {
        for message in inbox.since(self.seen) {
            self.seen = message.number;
            self.by_number.extend(message.code().map(|code| (message.to.clone(), code.expose().to_owned())));
        }
    }
}

impl Telephones {
    async fn open(sip: SocketAddr) -> Self {
        let settings =
            ExchangeSettings { listen: vec![(TransportProtocol::Udp, SocketAddr::new(LOOPBACK, 0))], ..ExchangeSettings::default() };
        let (exchange, _) = Exchange::open(settings, Clock::system(), Chance::system()).await.expect("loopback has a port");
        let media = MediaSettings {
            address: LOOPBACK,
            first_port: 40_000,
            last_port: 60_000,
            threads: 1,
            silence: None,
            keep_alive: Duration::from_secs(15),
        };
        Self { exchange, media: Media::start(media, Chance::system()).expect("the media thread starts"), sip }
    }

    async fn dial(&self, target: &str, sdp: Vec<u8>) -> CallLeg {
        let call = OutgoingCall {
            target: target.parse().expect("it is an address"),
            proxy: None,
            from: NameAddr::new(Uri::sip(Host::from(LOOPBACK)).with_user("+4930901820")),
            sdp,
            headers: Headers::default(),
            account: None,
        };
        self.exchange.dial(call).await.expect("the exchange is open")
    }

    async fn set_up(&self, target: &str, sdp: &str) -> Option<Duration> {
        answered_within(self.dial(target, sdp.as_bytes().to_vec()).await, Instant::now()).await
    }

    /// A call of customer `number` that is answered and hears its prompts.
    async fn stand(&self, number: usize) -> Standing {
        let (mut session, news) =
            SessionMedia::open(&self.media, None, LOOPBACK, Srtp::Off, &Chance::system()).expect("there are ports and file handles");
        let mut leg = self.dial(&format!("sip:two-factor@{};identity={number}", self.sip), session.offer()).await;
        loop {
            match leg.news().await {
                Some(CallNews::Answered { sdp: Some(Body(sdp)), .. }) => {
                    session.take_answer(&sdp).expect("the answer fits the offer");
                    return Standing { leg, session, _news: news };
                }
                Some(CallNews::Ended(ending)) => panic!("call {number} is not answered: {ending:?}"),
                None => panic!("the exchange has closed"),
                Some(_) => {}
            }
        }
    }
}

impl Gateway {
    fn start(stand_ins: &StandIns, more: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("there is room for a file");
        let file = folder.path().join("callward.toml");
        let text = demo_text("memory:", &stand_ins.base_url(), stand_ins.smtp_address().port(), &["two-factor"]);
        std::fs::write(&file, text).expect("there is room for a file");
        let mut command = Command::new(env!("CARGO_BIN_EXE_callward"));
        command.arg("serve").arg("--config").arg(&file).stderr(Stdio::piped()).env_remove("RUST_LOG");
        command.env("CALLWARD_FLOWS__DIR", concat!(env!("CARGO_MANIFEST_DIR"), "/flows"));
        let usual = [
            ("CALLWARD_HTTP__LISTEN", "127.0.0.1:0"),
            ("CALLWARD_SIP__LISTEN", "127.0.0.1:0"),
            ("CALLWARD_SIP__TRANSPORTS", "udp"),
            ("CALLWARD_SIP__MAX_CALLS", "20000"),
            ("CALLWARD_SIP__CALLS_PER_SECOND", "1000"),
            ("CALLWARD_TENANTS__DEMO__LIMITS__SENDS_PER_MINUTE", "100000"),
            ("CALLWARD_TENANTS__DEMO__LIMITS__SENDS_PER_DAY", "1000000"),
        ];
        command.envs(usual.iter().chain(more).copied());
        let mut process = command.spawn().expect("the program starts");
        let mut lines = BufReader::new(process.stderr.take().expect("it has a pipe")).lines().map_while(Result::ok);
        let mut said = Vec::new();
        let mut address = |words: &str| {
            let line = lines.by_ref().inspect(|line| said.push(line.clone())).find_map(|line| after(&line, words));
            line.unwrap_or_else(|| panic!("the gateway does not start: {said:?}"))
        };
        let (http, sip) = (address("listening on "), address("listening for SIP on "));
        // The pipe is read to its end, or the gateway could not log.
        std::thread::spawn(move || lines.for_each(drop));
        Self { process, http, sip, _folder: folder }
    }

    fn cpu(&self) -> Duration {
        cpu(&Path::new("/proc").join(self.process.id().to_string()).join("stat"))
    }

    /// Resident memory in KB.
    fn memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id())).expect("a Linux machine");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("the kernel counts memory");
        line.trim().trim_end_matches(" kB").parse().expect("it is a number")
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

/// The address that stands behind `words` in a line of the log.
fn after(line: &str, words: &str) -> Option<SocketAddr> {
    let rest = line.split_once(words)?.1;
    rest.split(|letter: char| !letter.is_ascii_hexdigit() && !".:[]".contains(letter)).next()?.parse().ok()
}

/// User and system time of a process, to a hundredth of a second (proc(5)).
fn cpu(stat: &Path) -> Duration {
    let text = std::fs::read_to_string(stat).expect("a Linux machine");
    let fields = text.rsplit_once(')').expect("the name stands in brackets").1;
    let ticks: u64 = fields.split_whitespace().skip(11).take(2).filter_map(|field| field.parse::<u64>().ok()).sum();
    Duration::from_millis(ticks * 10)
}

/// The lateness of packets in seconds, as the gateway's own metric tells it.
async fn lateness(http: SocketAddr) -> f64 {
    let mut stream = TcpStream::connect(http).await.expect("the gateway listens");
    stream.write_all(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").await.expect("it reads");
    let mut metrics = String::new();
    stream.read_to_string(&mut metrics).await.expect("metrics are text");
    let line = metrics.lines().find_map(|line| line.strip_prefix("callward_media_lateness_p99_seconds "));
    line.and_then(|value| value.trim().parse().ok()).unwrap_or(f64::NAN)
}

async fn stand_ins(customers: usize) -> StandIns {
    let customer = |number| Customer::new(format!("{number}"), [ContactMethod::Sms(Some(telephone_number(number)))]);
    let options = Options { customers: (0..customers).map(customer).collect(), ..Options::default() };
    StandIns::start(options, Clock::system(), Chance::system()).await.expect("loopback has ports")
}

fn telephone_number(customer: usize) -> String {
    format!("+49170{:07}", 1_000_000 + customer)
}

/// Serves the page on any free port.
async fn serve_page() -> SocketAddr {
    let listener = TcpListener::bind((LOOPBACK, 0)).await.expect("loopback has a port");
    let address = listener.local_addr().expect("it is bound");
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut request = [0; 4096];
                let answer = format!(
                    "HTTP/1.1 200 OK\r\nContent-Type: application/voicexml+xml\r\nCache-Control: max-age=60\r\nContent-Length: {}\r\n\r\n{PAGE}",
                    PAGE.len()
                );
                while stream.read(&mut request).await.is_ok_and(|length| length > 0) {
                    if stream.write_all(answer.as_bytes()).await.is_err() {
                        break;
                    }
                }
            });
        }
    });
    address
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
