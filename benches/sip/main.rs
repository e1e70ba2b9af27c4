//! What telephone calls cost: their set-up, and many at once in the two-factor flow, at a gateway that is a process of its own.
//!
//! `cargo bench --bench sip -- [CALLS] [SETUPS]` prints, for SETUPS calls at 100 a second to a page without script, processor time for
//! each and how long the 200 took, beside what a program that only copies lines takes for the same, and processor time again where
//! sipp calls; for CALLS calls that stand at once in the two-factor flow, memory for each, the lateness of 99 of 100 packets, and the
//! load tool's own processor time. Each call needs two file handles on either side: `ulimit -n 16384`.
//!
//! Our own telephones let a core sleep between two calls, and what wakes up finds cold caches; sipp, which looks at its clock each
//! millisecond, keeps one awake, as a gateway's other calls would.

mod bare_answerer;
mod gateway;
mod measured;
mod sipp;
mod telephones;

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

use callward::clock::{Chance, Clock};
use callward::demo::{ContactMethod, Customer, Inbox, Options, StandIns};
use callward::rtp::{Key, KeyTiming};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use gateway::Gateway;
use measured::{Measured, own_cpu};
use telephones::{Telephones, answered_within, is_verified};

const LOOPBACK: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
/// Between two calls: 100 a second.
const BETWEEN: Duration = Duration::from_millis(10);
/// How long all calls of the second measurement hear their prompts before they are measured.
const HEARS: Duration = Duration::from_secs(5);
/// A page that waits for a key.
const PAGE: &str = r#"<?xml version="1.0"?><vxml version="2.1" xmlns="http://www.w3.org/2001/vxml"><form><field name="key" type="digits?length=1">
<prompt timeout="60s"/></field></form></vxml>"#;

/// The codes that were sent, by telephone number. The stand-ins' inbox forgets old messages: codes are taken as they come.
#[derive(Default)]
struct Codes {
    by_number: HashMap<String, String>,
    seen: u64,
}

fn main() {
    let has = |wanted: &str| std::env::args().any(|argument| argument == wanted);
    if has(bare_answerer::ARGUMENT) {
        bare_answerer::answer();
    }
    // `cargo test --all-targets` starts benchmarks too, unoptimised: nothing is to be measured then.
    if !has("--bench") {
        return;
    }
    let numbers: Vec<usize> = std::env::args().filter_map(|argument| argument.parse().ok()).collect();
    let calls = numbers.first().copied().unwrap_or(2000);
    let setups = numbers.get(1).copied().unwrap_or(1000);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("there are threads");
    runtime.block_on(async {
        measure_setups(setups).await;
        measure_standing(calls).await;
    });
}

async fn measure_setups(calls: usize) {
    let page = serve_page().await;
    let stand_ins = stand_ins(1).await;
    println!("set-up, 100 calls/s   answered  cpu per call  INVITE to 200: p50      p99");
    let (bare, sip) = bare_answerer::start();
    measure_setup("copied lines", calls, &format!("sip:dialog@{sip}"), sip, &bare).await;
    drop(bare);
    let gateway = Gateway::start(&stand_ins, &[("CALLWARD_SIP__PAGES", &format!("http://{page}/"))]);
    let page = format!("http%3A%2F%2F127.0.0.1%3A{}%2F", page.port());
    let target = format!("sip:dialog@{};voicexml={page}", gateway.sip);
    measure_setup("callward", calls, &target, gateway.sip, &gateway.process).await;
    measure_setup_by_sipp(calls, &page, &gateway).await;
}

async fn measure_setup(name: &str, calls: usize, target: &str, sip: SocketAddr, answerer: &Measured) {
    let telephones = Telephones::open(sip).await;
    let listener = UdpSocket::bind((LOOPBACK, 0)).expect("loopback has a port");
    let sdp = format!(
        "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio {} RTP/AVP 0\r\n",
        listener.local_addr().expect("it is bound").port()
    );
    telephones.set_up(target, &sdp).await.expect("the first call is answered");

    let (before, mut running) = (answerer.cpu(), JoinSet::new());
    let mut pace = tokio::time::interval(BETWEEN);
    for _ in 0..calls {
        pace.tick().await;
        let dialled = telephones.dial(target, sdp.clone().into_bytes()).await;
        running.spawn(answered_within(dialled, Instant::now()));
    }
    let mut times: Vec<Duration> = running.join_all().await.into_iter().flatten().collect();
    let cpu = answerer.cpu() - before;

    times.sort_unstable();
    let at = |share: usize| times.get((times.len() * share / 100).min(times.len().saturating_sub(1))).copied().unwrap_or_default();
    println!(
        "{name:12} {calls:6}   {:8}  {:9.2} ms  {:18.2} ms  {:5.2} ms",
        times.len(),
        milliseconds(cpu) / calls as f64,
        milliseconds(at(50)),
        milliseconds(at(99))
    );
}

async fn measure_setup_by_sipp(calls: usize, page: &str, gateway: &Gateway) {
    let before = gateway.process.cpu();
    match sipp::call(gateway.sip, page, calls).await {
        Some(true) => {
            let cpu = milliseconds(gateway.process.cpu() - before) / calls as f64;
            println!("by sipp      {calls:6}   {calls:8}  {cpu:9.2} ms");
        }
        Some(false) => println!("by sipp: not all calls were answered"),
        None => println!("by sipp: not measured, sipp is not installed (Debian package sip-tester)"),
    }
}

async fn measure_standing(calls: usize) {
    let stand_ins = stand_ins(calls).await;
    let gateway = Gateway::start(&stand_ins, &[]);
    let telephones = Telephones::open(gateway.sip).await;
    let memory_before = gateway.process.memory();
    let own_before = own_cpu();

    let (mut standing, mut codes, mut pace) = (Vec::new(), Codes::default(), tokio::time::interval(BETWEEN));
    for number in 0..calls {
        pace.tick().await;
        standing.push(telephones.stand(number).await);
        codes.take(stand_ins.inbox());
    }
    let ramp = gateway.process.cpu();
    tokio::time::sleep(HEARS).await;
    let (cpu_hearing, memory) = (gateway.process.cpu() - ramp, gateway.process.memory().saturating_sub(memory_before));
    let late = gateway.lateness().await;

    codes.take(stand_ins.inbox());
    let mut running = JoinSet::new();
    for (number, call) in standing.into_iter().enumerate() {
        let Some(code) = codes.by_number.get(&telephone_number(number)) else { continue };
        let keys = code.chars().filter_map(Key::from_symbol).collect();
        call.session.stream.press(keys, KeyTiming::default()).expect("the thread takes orders");
        running.spawn(is_verified(call));
    }
    let verified = running.join_all().await.into_iter().filter(|is_verified| *is_verified).count();
    let own = own_cpu() - own_before;

    println!("at once   verified  cpu while heard  p99 late  memory per call  load tool's cpu");
    println!(
        "{calls:7}   {verified:8}  {:13.1} %  {:5.2} ms  {:12.0} KB  {:13.1} s",
        cpu_hearing.as_secs_f64() / HEARS.as_secs_f64() * 100.0,
        late * 1000.0,
        memory as f64 / calls as f64,
        own.as_secs_f64()
    );
}

impl Codes {
    fn take(&mut self, inbox: &Inbox) {
        for message in inbox.since(self.seen) {
            self.seen = message.number;
            self.by_number.extend(message.code().map(|code| (message.to.clone(), code.expose().to_owned())));
        }
    }
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
