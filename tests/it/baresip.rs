//! A baresip of its own folder: set up without sound devices, spoken to over its control port.

use std::net::Ipv4Addr;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use callward::audio::{Sound, read_wav};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio::time::{interval, timeout};

use crate::peer_programs::{PATIENCE, free_port};

/// How long it may take to start, and how often that is tried.
const STARTS_WITHIN: Duration = Duration::from_secs(20);
const MOST_STARTS: usize = 3;
/// Between two keys.
const NEXT_KEY: Duration = Duration::from_millis(300);

/// A running one.
pub struct Baresip {
    folder: TempDir,
    process: Child,
    control: TcpStream,
    unread: Vec<u8>,
}

impl Baresip {
    /// Somebody else may take a port that was just free: then others are tried.
    pub async fn start() -> Self {
        for _ in 0..MOST_STARTS {
            if let Some(started) = Self::started().await {
                return started;
            }
        }
        panic!("baresip does not start");
    }

    async fn started() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
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
            folder.path().display()
        );
        std::fs::write(folder.path().join("config"), config).unwrap();
        std::fs::write(folder.path().join("accounts"), "<sip:baresip@127.0.0.1>;regint=0\n").unwrap();
        std::fs::write(folder.path().join("contacts"), "").unwrap();
        let mut command = Command::new("baresip");
        command.args(["-f", folder.path().to_str().unwrap()]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
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
        let control = timeout(STARTS_WITHIN, connected).await.ok()?;
        Some(Self { folder, process, control, unread: Vec::new() })
    }

    /// Gives a command; it is carried out when its answer has come.
    pub async fn say(&mut self, command: &str, parameters: &str) {
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

    /// Presses keys one after the other, as a person does: it sends all keys of one command at once.
    pub async fn press(&mut self, keys: &str) {
        let mut presses = interval(NEXT_KEY);
        for key in keys.chars() {
            presses.tick().await;
            self.say("sndcode", &key.to_string()).await;
        }
    }

    /// Until this has happened.
    pub async fn hears_of(&mut self, event: &str) -> Value {
        loop {
            let told = self.told().await;
            if told["type"] == event {
                return told;
            }
        }
    }

    /// Lets time pass, as somebody who listens; the call may not end meanwhile.
    pub async fn listen_for(&mut self, time: Duration) {
        let over = timeout(time, self.hears_of("CALL_CLOSED")).await;
        assert!(over.is_err(), "the call has ended too early");
    }

    /// Ends it, and gives everything that it has heard, from its dumps of decoded sound.
    pub async fn quit(mut self) -> Sound {
        self.say("quit", "").await;
        timeout(PATIENCE, self.process.wait()).await.unwrap().unwrap();
        recorded(self.folder.path())
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

fn recorded(folder: &Path) -> Sound {
    let mut dumps: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    dumps.retain(|path| path.to_string_lossy().ends_with("dec.wav"));
    dumps.sort();
    let sounds: Vec<Sound> = dumps.iter().map(|path| read_wav(&std::fs::read(path).unwrap()).unwrap()).collect();
    assert!(!sounds.is_empty(), "baresip has recorded nothing");
    Sound::joined(&sounds)
}
