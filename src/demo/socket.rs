//! What both servers need of their sockets: patience when none is to be had, and a reset.

use std::io;
use std::time::Duration;

use tokio::net::TcpStream;

/// Too many open files, most likely: trying again at once would only spin.
pub async fn pause_after(error: &io::Error) {
    tracing::warn!(%error, "a stand-in could not take a connection: {error}");
    tokio::time::sleep(Duration::from_millis(50)).await;
}

/// Makes the close that follows a reset.
pub fn reset(stream: &TcpStream) {
    if let Err(error) = stream.set_zero_linger() {
        tracing::debug!(%error, "the connection is closed, not reset: {error}");
    }
}
