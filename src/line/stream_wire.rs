//! One SIP connection: messages cut out of its bytes, messages put in, and the keep-alive between them (RFC 5626 §3.5.1, §4.4.1).

use std::io;
use std::sync::Weak;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::mpsc;
use tokio::time::{Instant, interval_at, sleep, timeout};

use super::arrival::{Arrival, Arrivals};
use crate::sip::{Frame, Framing, FramingError, Message, Peer, Response};

/// What connecting, a TLS handshake and writing may take.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);
/// A connection over which nothing comes for so long is closed.
const IDLE: Duration = Duration::from_secs(900);
/// Between two pings on a connection of ours: less than what RFC 5626 §4.4.1 allows.
const PING: Duration = Duration::from_secs(90);

/// One connection's two ways.
pub(super) struct StreamWire {
    pub peer: Peer,
    pub arrivals: Weak<dyn Arrivals>,
    pub outgoing: mpsc::Receiver<Vec<u8>>,
    /// We made the connection, so we keep it alive.
    pub pings: bool,
    /// The other side must say something before long, or the connection is closed.
    pub must_speak: bool,
}

impl StreamWire {
    /// Until one of the two sides closes it.
    pub async fn carry(mut self, stream: impl AsyncRead + AsyncWrite + Send) {
        if let Err(error) = self.exchange(stream).await {
            tracing::debug!(peer = %self.peer.address, "a SIP connection broke: {error}");
        }
    }

    async fn exchange(&mut self, stream: impl AsyncRead + AsyncWrite + Send) -> io::Result<()> {
        let (mut reader, mut writer) = tokio::io::split(stream);
        let mut framing = Framing::default();
        let mut buffer = vec![0; 16_384];
        let mut pings = interval_at(Instant::now() + PING, PING);
        let silence = sleep(PATIENCE);
        tokio::pin!(silence);
        loop {
            tokio::select! {
                read = timeout(IDLE, reader.read(&mut buffer)) => {
                    let Ok(length) = read else { return Ok(()) };
                    let length = length?;
                    if length == 0 {
                        return Ok(());
                    }
                    framing.handle_bytes(buffer.get(..length).unwrap_or_default());
                    if !self.take(&mut framing, &mut writer).await? {
                        return Ok(());
                    }
                }
                message = self.outgoing.recv() => match message {
                    Some(bytes) => write(&mut writer, &bytes).await?,
                    None => return Ok(()),
                },
                () = &mut silence, if self.must_speak => return Ok(()),
                _ = pings.tick(), if self.pings => write(&mut writer, b"\r\n\r\n").await?,
            }
        }
    }

    /// Hands on what is whole; `false` when the stream cannot be read on.
    async fn take(&mut self, framing: &mut Framing, writer: &mut (impl AsyncWrite + Unpin)) -> io::Result<bool> {
        loop {
            match framing.poll() {
                Ok(None) => return Ok(true),
                Ok(Some(Frame::Ping)) => write(writer, b"\r\n").await?,
                Ok(Some(Frame::Message(bytes))) => {
                    self.must_speak = false;
                    let Some(arrivals) = self.arrivals.upgrade() else { return Ok(false) };
                    arrivals.take(Arrival::Bytes(&bytes, self.peer));
                }
                Err(error) => {
                    if let Some(answer) = refusal(&error) {
                        write(writer, &answer).await?;
                    }
                    return Ok(false);
                }
            }
        }
    }
}

/// The answer to a message whose end nobody knows.
fn refusal(error: &FramingError) -> Option<Vec<u8>> {
    let (head, status) = match error {
        FramingError::HeadTooLong => return None,
        FramingError::BodyTooLong { head } => (head, 513),
        FramingError::LengthUnknown { head } => (head, 400),
    };
    match Message::parse(head) {
        Ok(Message::Request(request)) => Some(Response::to(&request, status).to_bytes()),
        Ok(Message::Response(_)) | Err(_) => None,
    }
}

async fn write(writer: &mut (impl AsyncWrite + Unpin), bytes: &[u8]) -> io::Result<()> {
    timeout(PATIENCE, writer.write_all(bytes)).await.map_err(|_| io::Error::from(io::ErrorKind::TimedOut))??;
    writer.flush().await
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;
    use std::sync::Arc;

    use tokio::io::duplex;

    use super::*;

    struct Nobody;

    impl Arrivals for Nobody {
        fn take(&self, _: Arrival<'_>) {}
    }

    /// How long a connection stays open on which `said` comes at once.
    async fn stays(said: &[u8]) -> Duration {
        let nobody: Arc<dyn Arrivals> = Arc::new(Nobody);
        let (_sender, outgoing) = mpsc::channel(1);
        let peer = Peer::udp(SocketAddr::from(([192, 0, 2, 1], 5060)));
        let (near, mut far) = duplex(65_536);
        far.write_all(said).await.unwrap();
        let began = Instant::now();

        StreamWire { peer, arrivals: Arc::downgrade(&nobody), outgoing, pings: false, must_speak: true }.carry(near).await;

        began.elapsed()
    }

    #[tokio::test(start_paused = true)]
    async fn a_stranger_says_something_or_is_closed() {
        assert_eq!(stays(b"").await.as_secs(), PATIENCE.as_secs());
        assert_eq!(stays(b"\r\n\r\nOPTIONS sip:a SIP/2.0\r\nContent-Length: 9\r\n\r\n").await.as_secs(), PATIENCE.as_secs());
        assert_eq!(stays(b"OPTIONS sip:a SIP/2.0\r\nContent-Length: 0\r\n\r\n").await.as_secs(), IDLE.as_secs());
    }
}
