//! The mail server: connections, and what its manner does to them (RFC 5321).

use std::io;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufStream};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::time::timeout;

use super::http_server::{pause_after, reset};
use super::mail;
use super::manner::{Conduct, Fault};
use super::service::Service;
use super::smtp_dialogue::{Action, Dialogue, SIZE_LIMIT};
use super::world::World;

const GREETING: &str = "220 callward stand-in ESMTP";
/// Longest line taken, its end included; mails may have longer ones than RFC 5321 §4.5.3.1.6 allows.
const LINE_LIMIT: u64 = SIZE_LIMIT as u64;
/// How long a silent client is borne with (RFC 5321 §4.5.3.2.7).
const PATIENCE: Duration = Duration::from_secs(300);

/// Serves until `stop`'s sender is gone.
pub async fn serve(listener: TcpListener, world: World, stop: watch::Receiver<()>) {
    loop {
        let mut stopping = stop.clone();
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => drop(tokio::spawn(until_stopped(stream, world.clone(), stop.clone()))),
                Err(error) => pause_after(&error).await,
            },
            _ = stopping.changed() => return,
        }
    }
}

async fn until_stopped(stream: TcpStream, world: World, mut stop: watch::Receiver<()>) {
    let ended = tokio::select! {
        ended = converse(stream, &world) => ended,
        _ = stop.changed() => Ok(()),
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection to the mail server broke: {error}");
    }
}

/// The manner shows where it hurts: in the greeting, or in the word about a mail.
async fn converse(stream: TcpStream, world: &World) -> io::Result<()> {
    let conduct = world.conduct(&Service::MailServer);
    if conduct == Conduct::Reset {
        reset(&stream);
        return Ok(());
    }
    let mut line = BufStream::new(stream);
    match &conduct {
        Conduct::AnswerAfter(by) => tokio::time::sleep(*by).await,
        Conduct::Fail(Fault::ServerError) => return say(&mut line, "554 5.3.0 Out of order").await,
        Conduct::Fail(Fault::Empty) => return Ok(()),
        Conduct::Fail(Fault::Cut) => return line.write_all(b"22").await.and(line.flush().await),
        Conduct::Answer | Conduct::Say(_) | Conduct::Fail(Fault::Closed) | Conduct::Reset => {}
    }
    say(&mut line, GREETING).await?;
    let mut dialogue = Dialogue::default();
    while let Some(words) = read_line(&mut line).await? {
        match dialogue.handle_line(&words) {
            Action::Listen => {}
            Action::Reply(reply) => say(&mut line, &reply).await?,
            Action::Quit(reply) => return say(&mut line, &reply).await,
            Action::Accept(mail) => match &conduct {
                Conduct::Say(lie) => say(&mut line, lie).await?,
                Conduct::Fail(_) => return Ok(()),
                Conduct::Answer | Conduct::AnswerAfter(_) | Conduct::Reset => {
                    mail::deliveries(mail).into_iter().for_each(|delivery| drop(world.deliver(delivery)));
                    say(&mut line, "250 2.0.0 It is in the mailbox").await?;
                }
            },
        }
    }
    Ok(())
}

async fn say(line: &mut BufStream<TcpStream>, words: &str) -> io::Result<()> {
    line.write_all(words.as_bytes()).await?;
    line.write_all(b"\r\n").await?;
    line.flush().await
}

/// A line without its end; `None` when the client has gone, fell silent, or never ends its line.
async fn read_line(line: &mut BufStream<TcpStream>) -> io::Result<Option<Vec<u8>>> {
    let mut words = Vec::new();
    let mut limited = (&mut *line).take(LINE_LIMIT);
    match timeout(PATIENCE, limited.read_until(b'\n', &mut words)).await {
        Ok(read) => read?,
        Err(_) => return Ok(None),
    };
    let Some(line) = words.strip_suffix(b"\n") else { return Ok(None) };
    Ok(Some(line.strip_suffix(b"\r").unwrap_or(line).to_vec()))
}
