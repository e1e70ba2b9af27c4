//! sipp as the load tool: what a caller from outside of this project measures.

use std::io::ErrorKind;
use std::net::{SocketAddr, UdpSocket};
use std::process::Stdio;

use tokio::process::Command;

use crate::LOOPBACK;

const SCENARIO: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/sip/set_up.xml");

/// Lets sipp make calls to `page`, an address with its escapes, at 100 a second, each of which stands for a second. Whether all were answered; `None` where sipp is
/// not installed.
pub async fn call(gateway: SocketAddr, page: &str, calls: usize) -> Option<bool> {
    // sipp opens its ports itself: these were free a moment before.
    let [own, media] = [(); 2].map(|()| UdpSocket::bind((LOOPBACK, 0)).expect("loopback has a port"));
    let [own, media] = [own, media].map(|socket| socket.local_addr().expect("it is bound").port().to_string());
    let mut sipp = Command::new("sipp");
    sipp.args(["-sf", SCENARIO, "-nostdin", "-r", "100", "-m", &calls.to_string()]);
    sipp.args(["-i", &LOOPBACK.to_string(), "-p", &own, "-mi", &LOOPBACK.to_string(), "-mp", &media]);
    sipp.args(["-key", "page", page, &gateway.to_string()]);
    match sipp.stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true).status().await {
        Ok(status) => Some(status.success()),
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Err(error) => panic!("sipp does not start: {error}"),
    }
}
