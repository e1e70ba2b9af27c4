//! One connection to a gateway as bytes on the wire, from whichever address of this machine: what decent clients cannot send.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;

use crate::gateway::PATIENCE;
use crate::hostile_clients::FOR_EVER;

/// A connection.
pub struct Wire {
    stream: TcpStream,
    received: Vec<u8>,
}

/// An answer.
#[derive(Debug)]
pub struct Answered {
    /// Its status.
    pub status: u16,
    /// Its head, in lower case.
    pub head: String,
    /// Its body.
    pub body: String,
}

impl Wire {
    /// Connects from 127.0.0.`host`.
    pub async fn open(to: SocketAddr, host: u8) -> io::Result<Self> {
        let socket = TcpSocket::new_v4()?;
        socket.bind((IpAddr::V4(Ipv4Addr::new(127, 0, 0, host)), 0).into())?;
        let stream = socket.connect(to).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, received: Vec::new() })
    }

    /// Sends bytes as they are.
    pub async fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.write_all(bytes).await
    }

    /// A GET with further headers, each with its line end, and the answer.
    pub async fn get(&mut self, path: &str, headers: &str) -> io::Result<Answered> {
        self.send(format!("GET {path} HTTP/1.1\r\nHost: callward\r\n{headers}\r\n").as_bytes()).await?;
        self.answer().await
    }

    /// A form, and the answer.
    pub async fn post(&mut self, path: &str, form: &str) -> io::Result<Answered> {
        let length = form.len();
        self.send(format!("POST {path} HTTP/1.1\r\nHost: callward\r\nContent-Length: {length}\r\n\r\n{form}").as_bytes()).await?;
        self.answer().await
    }

    /// The next answer.
    pub async fn answer(&mut self) -> io::Result<Answered> {
        loop {
            if let Some((answer, length)) = whole(&self.received) {
                self.received.drain(..length);
                return Ok(answer);
            }
            let more = timeout(PATIENCE, self.stream.read_buf(&mut self.received)).await.map_err(|_| io::ErrorKind::TimedOut)??;
            if more == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
    }

    /// Waits until the other side has closed the connection, and gives all that it said before.
    pub async fn closed(mut self) -> String {
        // Closed with or without ceremony: what was said first is there.
        let _ = timeout(FOR_EVER, self.stream.read_to_end(&mut self.received)).await.expect("it stays open");
        String::from_utf8_lossy(&self.received).into_owned()
    }
}

impl Answered {
    /// The address of the call that a page leads on to, and the turn that it awaits.
    pub fn next(&self) -> (String, u32) {
        let link = self.body.split('"').rfind(|text| text.starts_with("/vxml/") && !text.ends_with("/hangup"));
        let (call, turn) = link.and_then(|link| link.rsplit_once('/')).unwrap_or_else(|| panic!("it ends: {self:?}"));
        (call.to_owned(), turn.parse().unwrap())
    }
}

/// The first answer of what was received, once all of it is there, and its length.
fn whole(received: &[u8]) -> Option<(Answered, usize)> {
    let start = received.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    let head = String::from_utf8_lossy(&received[..start]).to_ascii_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length:")).map_or(0, |length| length.trim().parse().unwrap());
    let body = String::from_utf8_lossy(received.get(start..start + length)?).into_owned();
    let status = head.split(' ').nth(1)?.parse().ok()?;
    Some((Answered { status, head, body }, start + length))
}
