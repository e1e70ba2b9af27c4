//! The mail server: connections, and what its manner does to them (RFC 5321).

use std::io;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufStream};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use super::mail;
use super::manner::{Conduct, Fault};
use super::service::Service;
use super::smtp_dialogue::{Action, Dialogue, SIZE_LIMIT};
use super::socket::{pause_after, reset};
use super::world::World;

const GREETING: &str = "220 callward stand-in ESMTP";
/// Longest line taken, its end included; mails may have longer ones than RFC 5321 §4.5.3.1.6 allows.
const LINE_LIMIT: u64 = SIZE_LIMIT as u64;

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
    let mut line = BufStream::new(stream);
    match &conduct {
        Conduct::Answer | Conduct::Say(_) | Conduct::Fail(Fault::Closed) => {}
        Conduct::AnswerAfter(by) => tokio::time::sleep(*by).await,
        Conduct::Fail(Fault::ServerError) => return say(&mut line, "554 5.3.0 Out of order").await,
        Conduct::Fail(Fault::Empty) => return Ok(()),
        Conduct::Fail(Fault::Cut) => return line.write_all(b"22").await.and(line.flush().await),
        Conduct::Reset => {
            reset(line.get_ref());
            return Ok(());
        }
    }
    take_mails(&mut line, world, &conduct).await
}

async fn take_mails(line: &mut BufStream<TcpStream>, world: &World, conduct: &Conduct) -> io::Result<()> {
    say(line, GREETING).await?;
    let mut dialogue = Dialogue::default();
    while let Some(words) = read_line(line).await? {
        match (dialogue.handle_line(&words), conduct) {
            (Action::Listen, _) => {}
            (Action::Reply(reply), _) => say(line, &reply).await?,
            (Action::Quit(reply), _) => return say(line, &reply).await,
            (Action::Accept(_), Conduct::Say(lie)) => say(line, lie).await?,
            (Action::Accept(_), Conduct::Fail(_) | Conduct::Reset) => return Ok(()),
            (Action::Accept(mail), Conduct::Answer | Conduct::AnswerAfter(_)) => {
                mail::deliveries(mail).into_iter().for_each(|delivery| drop(world.deliver(delivery)));
                say(line, "250 2.0.0 It is in the mailbox").await?;
            }
        }
    }
    Ok(())
}

async fn say(line: &mut BufStream<TcpStream>, words: &str) -> io::Result<()> {
    line.write_all(words.as_bytes()).await?;
    line.write_all(b"\r\n").await?;
    line.flush().await
}

/// A line without its end; `None` when the client has gone or never ends its line.
async fn read_line(line: &mut BufStream<TcpStream>) -> io::Result<Option<Vec<u8>>> {
    let mut words = Vec::new();
    let mut limited = (&mut *line).take(LINE_LIMIT);
    limited.read_until(b'\n', &mut words).await?;
    let Some(line) = words.strip_suffix(b"\n") else { return Ok(None) };
    Ok(Some(line.strip_suffix(b"\r").unwrap_or(line).to_vec()))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use lettre::message::{MultiPart, header};
    use lettre::transport::smtp::authentication::Credentials;
    use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
    use tokio::time::Instant;

    use super::*;
    use crate::demo::StandIns;
    use crate::demo::manner::Manner;
    use crate::demo::message::Channel;
    use crate::demo::testing::stand_ins;
    use crate::secret::Digits;

    #[tokio::test]
    async fn a_mail_with_all_that_mails_have_arrives_readable() {
        let stand_ins = stand_ins().await;

        send(&stand_ins, None, "Grüße.\n.045610 ist Ihr Code.\n..").await.unwrap();

        let message = stand_ins.inbox().wait_for(|message| message.to == "ana@example.org").await;
        assert_eq!((message.subject.as_str(), message.from.as_str()), ("Ihr Schlüssel", "codes@acme.example"));
        assert_eq!(message.text.expose(), "Grüße.\r\n.045610 ist Ihr Code.\r\n..");
        assert_eq!(stand_ins.inbox().newest_code(Channel::Email), Some(Digits::new("045610")));
    }

    #[tokio::test]
    async fn anybody_may_log_in() {
        let stand_ins = stand_ins().await;

        send(&stand_ins, Some(Credentials::new("callward".into(), "secret".into())), "hello").await.unwrap();

        assert_eq!(stand_ins.inbox().messages().len(), 1);
    }

    #[tokio::test]
    async fn a_broken_lying_or_absent_server_takes_no_mail() {
        let stand_ins = stand_ins().await;
        let faults = [Fault::ServerError, Fault::Closed, Fault::Cut, Fault::Empty].map(Manner::Broken);
        let manners = faults.into_iter().chain([Manner::Down, Manner::Lying(vec!["451 4.3.0 Later".into()])]);

        for manner in manners {
            stand_ins.world().set_manner(Service::MailServer, manner.clone());
            assert!(send(&stand_ins, None, "hello").await.is_err(), "{manner:?}");
        }
        assert!(stand_ins.inbox().messages().is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn a_slow_server_takes_mail_in_its_own_time() {
        let stand_ins = stand_ins().await;
        stand_ins.world().set_manner(Service::MailServer, Manner::Slow(Duration::from_secs(6)));
        let started = Instant::now();

        send(&stand_ins, None, "hello").await.unwrap();

        assert!(started.elapsed() >= Duration::from_secs(6));
    }

    async fn send(stand_ins: &StandIns, login: Option<Credentials>, text: &str) -> Result<(), lettre::transport::smtp::Error> {
        let message = Message::builder()
            .from("codes@acme.example".parse().unwrap())
            .to("ana@example.org".parse().unwrap())
            .subject("Ihr Schlüssel")
            .header(header::MIME_VERSION_1_0)
            .multipart(MultiPart::alternative_plain_html(text.to_owned(), "<p>html</p>".to_owned()))
            .unwrap();
        let address = stand_ins.smtp_address();
        let mut transport =
            AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(address.ip().to_string()).port(address.port()).timeout(None);
        if let Some(login) = login {
            transport = transport.credentials(login);
        }
        transport.build().send(message).await.map(drop)
    }
}
