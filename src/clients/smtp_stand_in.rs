//! A mail server on loopback for the tests of this room: it takes everything, but for the replies that a test chooses (RFC 5321).

use std::sync::{Arc, Mutex};

use lettre::transport::smtp::client::Certificate;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use super::stand_in::{Stream, self_signed};

/// How the server is spoken to.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Speaks {
    Plain,
    StartTls,
    Tls,
}

/// A server that lives as long as its test.
pub(super) struct SmtpStandIn {
    pub(super) address: String,
    certificate: Vec<u8>,
    transcript: Arc<Mutex<Vec<String>>>,
}

#[derive(Clone)]
struct Server {
    speaks: Speaks,
    acceptor: TlsAcceptor,
    /// Replies by the command they answer (`.` is the end of a message); an empty one closes the connection.
    replies: Vec<(&'static str, &'static str)>,
    transcript: Arc<Mutex<Vec<String>>>,
}

impl SmtpStandIn {
    pub(super) async fn speaking(speaks: Speaks, replies: &[(&'static str, &'static str)]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let identity = self_signed();
        let transcript = Arc::new(Mutex::new(Vec::new()));
        let server = Server { speaks, acceptor: identity.acceptor, replies: replies.to_vec(), transcript: transcript.clone() };
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(server.clone().serve(Box::new(stream)));
            }
        });
        Self { address, certificate: identity.certificate.to_vec(), transcript }
    }

    /// The certificate to trust.
    pub(super) fn root(&self) -> Certificate {
        Certificate::from_der(self.certificate.clone()).unwrap()
    }

    /// All lines that the server was told.
    pub(super) fn transcript(&self) -> Vec<String> {
        self.transcript.lock().unwrap().clone()
    }
}

impl Server {
    async fn serve(self, mut stream: Box<dyn Stream>) -> Option<()> {
        let mut protected = self.speaks == Speaks::Tls;
        if protected {
            stream = Box::new(self.acceptor.accept(stream).await.ok()?);
        }
        stream.write_all(b"220 stand-in\r\n").await.ok()?;
        let mut stream = BufReader::new(stream);
        let mut in_message = false;
        loop {
            let line = self.hear(&mut stream).await?;
            if in_message && line != "." {
                continue;
            }
            let command = line.split([' ', ':']).next().unwrap_or_default().to_owned();
            stream.get_mut().write_all(self.reply(&command, protected)?.as_bytes()).await.ok()?;
            in_message = command == "DATA";
            if command == "STARTTLS" {
                stream = BufReader::new(Box::new(self.acceptor.accept(stream.into_inner()).await.ok()?));
                protected = true;
            }
        }
    }

    async fn hear(&self, stream: &mut BufReader<Box<dyn Stream>>) -> Option<String> {
        let mut line = String::new();
        if stream.read_line(&mut line).await.ok()? == 0 {
            return None;
        }
        let line = line.trim_end().to_owned();
        self.transcript.lock().unwrap().push(line.clone());
        Some(line)
    }

    fn reply(&self, command: &str, protected: bool) -> Option<String> {
        let chosen = self.replies.iter().find(|(of, _)| *of == command).map(|(_, reply)| *reply);
        let usual = match command {
            "EHLO" if self.speaks == Speaks::StartTls && !protected => "250-stand-in\r\n250 STARTTLS",
            "EHLO" => "250-stand-in\r\n250 AUTH PLAIN LOGIN",
            "AUTH" => "235 welcome",
            "DATA" => "354 go on",
            "QUIT" => "221 bye",
            _ => "250 fine",
        };
        let reply = chosen.unwrap_or(usual);
        (!reply.is_empty()).then(|| format!("{reply}\r\n"))
    }
}
