//! A process of its own: what it says, and what it takes.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStderr, Command, Stdio};
use std::time::Duration;

/// Ends when it is dropped.
pub struct Measured(Child);

impl Measured {
    /// Starts it; its lines are what it logs.
    pub fn start(mut command: Command) -> (Self, impl Iterator<Item = String> + Send + use<>) {
        let mut process = command.stderr(Stdio::piped()).spawn().expect("the program starts");
        let lines = |pipe: ChildStderr| BufReader::new(pipe).lines().map_while(Result::ok);
        let said = lines(process.stderr.take().expect("it has a pipe"));
        (Self(process), said)
    }

    /// User and system time so far.
    pub fn cpu(&self) -> Duration {
        cpu(&self.folder().join("stat"))
    }

    /// Resident memory in KB.
    pub fn memory(&self) -> u64 {
        let status = std::fs::read_to_string(self.folder().join("status")).expect("a Linux machine");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("the kernel counts memory");
        line.trim().trim_end_matches(" kB").parse().expect("it is a number")
    }

    fn folder(&self) -> std::path::PathBuf {
        Path::new("/proc").join(self.0.id().to_string())
    }
}

impl Drop for Measured {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// What this process has taken so far.
pub fn own_cpu() -> Duration {
    cpu(Path::new("/proc/self/stat"))
}

/// User and system time of a process, to a hundredth of a second (proc(5)).
fn cpu(stat: &Path) -> Duration {
    let text = std::fs::read_to_string(stat).expect("a Linux machine");
    let fields = text.rsplit_once(')').expect("the name stands in brackets").1;
    let ticks: u64 = fields.split_whitespace().skip(11).take(2).filter_map(|field| field.parse::<u64>().ok()).sum();
    Duration::from_millis(ticks * 10)
}
