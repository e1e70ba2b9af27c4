//! Telephones of others complete the two-factor flow: sipp and baresip, headless, against our exchange on loopback.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::{Output, Stdio};
use std::sync::Arc;
use std::time::Duration;

use callward::audio::{Sound, read_wav};
use callward::voice::{Recorded, Speak, Speaker, Speech};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UdpSocket};
use tokio::process::{Child, Command};
use tokio::time::{interval, timeout};

use crate::skip;
use crate::telephone_house::House;

/// What a peer may take for its call.
const PATIENCE: Duration = Duration::from_secs(60);
/// How often what it has not taken is said again, as over any network that loses.
const AGAIN: Duration = Duration::from_millis(300);
/// The person of the calls: one telephone number, so that the code is sent at once.
const CALLER: &str = "sip:two-factor";

#[tokio::test(flavor = "multi_thread")]
async fn sipp_presses_the_right_code_by_info() {
    if is_missing("sipp") {
        return;
    }
    let house = House::open().await;

    sipp("right_code_by_info", &house, Telling::Right).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sipp_presses_wrong_codes_by_info() {
    if is_missing("sipp") {
        return;
    }
    let house = House::open().await;

    sipp("wrong_codes", &house, Telling::Wrong).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sipp_asks_for_another_code_and_presses_that() {
    if is_missing("sipp") {
        return;
    }
    let house = House::with(&[("CALLWARD_TENANTS__DEMO__LIMITS__RESEND_COOLDOWN_SECONDS__SMS", "0")]).await;

    sipp("resend", &house, Telling::Right).await;

    assert_eq!(house.stand_ins.inbox().messages().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn sipp_hangs_up_in_the_middle() {
    if is_missing("sipp") {
        return;
    }
    let mut house = House::open().await;

    sipp("hang_up", &house, Telling::Right).await;

    house.stop();
    timeout(PATIENCE, &mut house.running).await.unwrap().unwrap();
    let records = house.store.records_of_call("hang_up").await.unwrap();
    let record: Value = serde_json::from_str(&records[0].body).unwrap();
    assert_eq!(record["reason"], "hung_up", "{record}");
}

#[tokio::test(flavor = "multi_thread")]
async fn sipp_holds_the_call_and_resumes_it() {
    if is_missing("sipp") {
        return;
    }
    let house = House::open().await;

    sipp("hold_and_resume", &house, Telling::Right).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn baresip_hears_the_prompts_and_presses_the_right_code() {
    if is_missing("baresip") {
        return;
    }
    let house = House::open().await;
    let folder = tempfile::tempdir().unwrap();
    let mut baresip = Baresip::start(folder.path()).await;

    baresip.say("dial", &format!("{CALLER}@{};identity=1002", house.udp())).await;
    baresip.hears_of("CALL_ESTABLISHED").await;
    house.stand_ins.inbox().arrivals().wait_for(|number| *number > 0).await.unwrap();
    baresip.listen_for(Duration::from_secs(8)).await;
    // It sends all keys of one command at once; a person presses one after the other.
    let (code, mut presses) = (house.code(), interval(AGAIN));
    for key in code.chars() {
        presses.tick().await;
        baresip.say("sndcode", &key.to_string()).await;
    }
    baresip.hears_of("CALL_CLOSED").await;
    baresip.quit().await;

    let heard = recorded(folder.path());
    for words in ["I have sent a 6-digit code to the number ending", "Thank you, that is done."] {
        let likeness = likeness(&heard, &prompt(words).await);
        assert!(likeness > 0.8, "“{words}” was not heard: {likeness:.2}");
    }
}

/// Which code a sipp is told, once one has been sent.
#[derive(PartialEq)]
enum Telling {
    Right,
    Wrong,
}

/// Plays a scenario against the house; panics when it fails.
async fn sipp(scenario: &str, house: &House, telling: Telling) {
    let folder = tempfile::tempdir().unwrap();
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("fixtures/sipp/{scenario}.xml"));
    let port = free_port().await;
    let (port_text, media, remote) = (port.to_string(), free_port().await.to_string(), house.udp().to_string());
    let own = Ipv4Addr::LOCALHOST.to_string();
    let mut command = Command::new("sipp");
    command.args(["-sf", file.to_str().unwrap(), "-s", "two-factor", "-m", "1", "-i", &own, "-p", &port_text]);
    command.args(["-mi", &own, "-mp", &media, "-cid_str", scenario, "-default_behaviors", "all,-abortunexp"]);
    command.args(["-timeout", "50s", "-timeout_error", "-nostdin", "-trace_err", "-error_file", "errors.log", &remote]);
    command.current_dir(folder.path()).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    let running = command.spawn().unwrap();

    let output = tokio::select! {
        output = timeout(PATIENCE, running.wait_with_output()) => output.unwrap().unwrap(),
        () = tell(scenario, house, SocketAddr::from((Ipv4Addr::LOCALHOST, port)), telling) => unreachable!("it is told for ever"),
    };

    let errors = std::fs::read_to_string(folder.path().join("errors.log")).unwrap_or_default();
    assert!(output.status.success(), "{scenario}: {}\n{errors}", said(&output));
}

/// Tells the sipp at `to` what it is to press, again and again.
async fn tell(scenario: &str, house: &House, to: SocketAddr, telling: Telling) {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let mut arrivals = house.stand_ins.inbox().arrivals();
    arrivals.wait_for(|number| *number > 0).await.unwrap();
    let mut again = interval(AGAIN);
    for number in 1_u32.. {
        again.tick().await;
        let is_second = *arrivals.borrow() > 1;
        let method = if is_second { "MESSAGE" } else { "INFO" };
        let code = if telling == Telling::Wrong { house.wrong_code() } else { house.code() };
        let own = socket.local_addr().unwrap();
        let request = format!(
            "{method} sip:sipp@{to} SIP/2.0\r\nVia: SIP/2.0/UDP {own};branch=z9hG4bK{number}\r\nFrom: <sip:test@{own}>;tag=t\r\n\
             To: <sip:sipp@{to}>\r\nCall-ID: {scenario}\r\nCSeq: {number} {method}\r\nX-Code: {code}\r\nContent-Length: 0\r\n\r\n"
        );
        socket.send_to(request.as_bytes(), to).await.unwrap();
    }
}

/// A baresip of its own folder, spoken to over its control port.
struct Baresip {
    process: Child,
    control: TcpStream,
    unread: Vec<u8>,
}

impl Baresip {
    async fn start(folder: &Path) -> Self {
        let (sip, mut control) = (free_port().await, free_port().await);
        // The port above that of SIP is for TLS.
        while control == sip + 1 {
            control = free_port().await;
        }
        let modules =
            ["/usr/lib/baresip/modules", "/usr/lib/x86_64-linux-gnu/baresip/modules", "/usr/lib/aarch64-linux-gnu/baresip/modules"];
        let modules = modules.iter().find(|path| Path::new(path).is_dir()).unwrap();
        let config = format!(
            "sip_listen 127.0.0.1:{sip}\nnet_interface 127.0.0.1\nmodule_path {modules}\naudio_player aubridge,line\naudio_source aubridge,line\n\
             audio_alert aubridge,alert\nausrc_srate 8000\nauplay_srate 8000\nausrc_channels 1\nauplay_channels 1\n\
             module g711.so\nmodule sndfile.so\nmodule aubridge.so\nmodule_tmp account.so\nmodule_app menu.so\nmodule_app ctrl_tcp.so\n\
             ctrl_tcp_listen 127.0.0.1:{control}\nsnd_path {}\n",
            folder.display()
        );
        std::fs::write(folder.join("config"), config).unwrap();
        std::fs::write(folder.join("accounts"), "<sip:baresip@127.0.0.1>;regint=0\n").unwrap();
        std::fs::write(folder.join("contacts"), "").unwrap();
        let mut command = Command::new("baresip");
        command.args(["-f", folder.to_str().unwrap()]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let process = command.kill_on_drop(true).spawn().unwrap();
        let connected = async {
            let mut again = interval(Duration::from_millis(50));
            loop {
                again.tick().await;
                if let Ok(control) = TcpStream::connect((Ipv4Addr::LOCALHOST, control)).await {
                    return control;
                }
            }
        };
        Self { process, control: timeout(PATIENCE, connected).await.expect("baresip does not start"), unread: Vec::new() }
    }

    /// Gives a command; it is carried out when its answer has come.
    async fn say(&mut self, command: &str, parameters: &str) {
        let text = json!({ "command": command, "params": parameters, "token": command }).to_string();
        self.control.write_all(format!("{}:{text},", text.len()).as_bytes()).await.unwrap();
        loop {
            let told = self.told().await;
            if told["token"] == command {
                assert_eq!(told["ok"], true, "{command}: {told}");
                return;
            }
        }
    }

    /// Until this has happened.
    async fn hears_of(&mut self, event: &str) {
        while self.told().await["type"] != event {}
    }

    /// Lets time pass, as somebody who listens; the call may not end meanwhile.
    async fn listen_for(&mut self, time: Duration) {
        let over = timeout(time, self.hears_of("CALL_CLOSED")).await;
        assert!(over.is_err(), "the call has ended too early");
    }

    async fn quit(mut self) {
        self.say("quit", "").await;
        timeout(PATIENCE, self.process.wait()).await.unwrap().unwrap();
    }

    /// The next event or answer: a netstring of JSON.
    async fn told(&mut self) -> Value {
        let read = async {
            loop {
                if let Some((text, rest)) = netstring(&self.unread) {
                    let told = serde_json::from_slice(text).unwrap();
                    self.unread = rest.to_vec();
                    return told;
                }
                let mut bytes = [0; 4096];
                let length = self.control.read(&mut bytes).await.unwrap();
                assert!(length > 0, "baresip has stopped");
                self.unread.extend_from_slice(&bytes[..length]);
            }
        };
        timeout(PATIENCE, read).await.expect("baresip says nothing")
    }
}

/// `5:hello,` and what follows.
fn netstring(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let colon = bytes.iter().position(|byte| *byte == b':')?;
    let length: usize = std::str::from_utf8(&bytes[..colon]).unwrap().parse().unwrap();
    let text = bytes.get(colon + 1..colon + 1 + length)?;
    Some((text, bytes.get(colon + 2 + length..)?))
}

/// Everything that baresip has heard, from its dumps of decoded sound.
fn recorded(folder: &Path) -> Sound {
    let mut dumps: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    dumps.retain(|path| path.to_string_lossy().ends_with("dec.wav"));
    dumps.sort();
    let sounds: Vec<Sound> = dumps.iter().map(|path| read_wav(&std::fs::read(path).unwrap()).unwrap()).collect();
    assert!(!sounds.is_empty(), "baresip has recorded nothing");
    Sound::joined(&sounds)
}

/// Those words as our recordings say them.
async fn prompt(words: &str) -> Sound {
    let speaker = Speaker::new(vec![Arc::new(Recorded::shipped().unwrap())]);
    speaker.say(&Speech::plain(words, "en")).await.sound
}

/// How well `prompt` fits anywhere in `heard`: the best correlation of a fifth of a second of its samples, from 0 to 1.
fn likeness(heard: &Sound, prompt: &Sound) -> f64 {
    let wanted: Vec<f64> = prompt.samples().iter().skip(2400).take(1600).map(|sample| f64::from(*sample)).collect();
    let all: Vec<f64> = heard.samples().iter().map(|sample| f64::from(*sample)).collect();
    let power = |samples: &[f64]| samples.iter().map(|sample| sample * sample).sum::<f64>();
    let own = power(&wanted);
    let at = |window: &[f64]| {
        let product: f64 = window.iter().zip(&wanted).map(|(heard, wanted)| heard * wanted).sum();
        product / (power(window) * own).sqrt().max(1.0)
    };
    all.windows(wanted.len()).map(at).fold(0.0, f64::max)
}

async fn free_port() -> u16 {
    UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap().local_addr().unwrap().port()
}

fn said(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stdout);
    text.lines().rev().take(40).collect::<Vec<_>>().into_iter().rev().collect::<Vec<_>>().join("\n")
}

/// Whether the machine lacks the program, which `make tools` installs.
fn is_missing(program: &str) -> bool {
    let found = std::process::Command::new("sh").args(["-c", &format!("command -v {program}")]).output().unwrap().status.success();
    if !found {
        skip::loudly(&format!("{program} is not installed (make tools): it makes no calls"));
    }
    !found
}
