//! What the tests with telephones of others share: whether the machine has them, ports, and patience.

use std::net::Ipv4Addr;
use std::time::Duration;

use tokio::net::UdpSocket;

use crate::skip;

/// What a peer may take for its call.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// Whether the machine lacks the program, which `make tools` installs.
pub fn is_missing(program: &str) -> bool {
    let found = std::process::Command::new("sh").args(["-c", &format!("command -v {program}")]).output().unwrap().status.success();
    if !found {
        skip::loudly(&format!("{program} is not installed (make tools): it makes no calls"));
    }
    !found
}

/// Whether a program here may not send packets from a raw socket (CAP_NET_RAW), as sipp sends telephone events.
pub fn cannot_send_packets() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let effective = status.lines().find_map(|line| line.strip_prefix("CapEff:")).unwrap().trim();
    let may = u64::from_str_radix(effective, 16).unwrap() & (1 << 13) != 0;
    if !may {
        skip::loudly("sipp may not open a raw socket here (CAP_NET_RAW): it presses no keys as telephone events");
    }
    !may
}

pub async fn free_port() -> u16 {
    UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap().local_addr().unwrap().port()
}
