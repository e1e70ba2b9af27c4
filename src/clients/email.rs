//! Hands messages to the customer's mail server (RFC 5321, RFC 5322, STARTTLS by RFC 3207).

use std::time::Duration;

use lettre::Message;
use lettre::transport::smtp;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, TlsParameters};
use lettre::transport::smtp::extension::ClientId;

use super::email_error::EmailError;
use super::email_message::{EmailMessage, compose};
use super::http_error::cause;
use super::settings::{EmailSettings, SmtpSecurity};
use super::settings_check::Finding;
use crate::clock::Clock;

/// Longest wait for a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
/// Longest wait for the whole delivery.
const TOTAL_TIMEOUT: Duration = Duration::from_secs(10);
/// Longest wait for the reply to `QUIT`.
const FAREWELL_TIMEOUT: Duration = Duration::from_secs(1);

/// One mail server.
pub struct MailServer {
    host: String,
    port: u16,
    protection: Protection,
    credentials: Option<Credentials>,
    timeout: Duration,
    clock: Clock,
}

enum Protection {
    None,
    StartTls(TlsParameters),
    Tls(TlsParameters),
}

impl MailServer {
    /// The server that `settings` describe; `Err` says what in them cannot stand.
    pub fn new(settings: &EmailSettings, clock: Clock) -> Result<Self, Finding> {
        Self::trusting(settings, clock, Vec::new())
    }

    fn trusting(settings: &EmailSettings, clock: Clock, roots: Vec<Certificate>) -> Result<Self, Finding> {
        if let Some(finding) = settings.check().into_iter().next() {
            return Err(finding);
        }
        let smtp = &settings.smtp;
        let host = smtp.host.trim_matches(['[', ']']).to_owned();
        let tls = || {
            let builder = TlsParameters::builder(host.clone());
            let builder = roots.into_iter().fold(builder, |builder, root| builder.add_root_certificate(root));
            builder.build().map_err(|error| Finding::new("Email.SMTP.Security", error.to_string()))
        };
        let protection = match smtp.security() {
            SmtpSecurity::None => Protection::None,
            SmtpSecurity::StartTls => Protection::StartTls(tls()?),
            SmtpSecurity::Tls => Protection::Tls(tls()?),
        };
        let password = smtp.password.as_ref().map(|password| password.expose().to_owned());
        let credentials = smtp.username.clone().zip(password).map(|(name, password)| Credentials::new(name, password));
        Ok(Self { host, port: smtp.port, protection, credentials, timeout: TOTAL_TIMEOUT, clock })
    }

    /// Hands `message` over; `Ok` is the server's word that it took it.
    pub async fn send(&self, message: EmailMessage<'_>) -> Result<(), EmailError> {
        let message = compose(message, self.clock.now().into())?;
        let delivered = tokio::time::timeout(self.timeout, self.deliver(&message)).await;
        let mut connection = delivered.unwrap_or_else(|_| Err(EmailError::Timeout(self.name())))?;
        // The message is the server's by now; how and whether it says farewell does not matter.
        let _ = tokio::time::timeout(self.timeout.min(FAREWELL_TIMEOUT), connection.abort()).await;
        Ok(())
    }

    async fn deliver(&self, message: &Message) -> Result<AsyncSmtpConnection, EmailError> {
        let mut connection = self.connect().await?;
        if let Some(credentials) = &self.credentials {
            let login = connection.auth(DEFAULT_MECHANISMS, credentials).await;
            login.map_err(|error| self.login_fault(&error))?;
        }
        connection.send(message.envelope(), &message.formatted()).await.map_err(|error| self.fault(&error))?;
        Ok(connection)
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, EmailError> {
        let ourselves = ClientId::default();
        let implicit = match &self.protection {
            Protection::Tls(parameters) => Some(parameters.clone()),
            Protection::None | Protection::StartTls(_) => None,
        };
        let server = (self.host.as_str(), self.port);
        let connected = AsyncSmtpConnection::connect_tokio1(server, Some(CONNECT_TIMEOUT), &ourselves, implicit, None).await;
        let mut connection = connected.map_err(|error| self.connect_fault(&error))?;
        if let Protection::StartTls(parameters) = &self.protection {
            let upgraded = connection.starttls(parameters.clone(), &ourselves).await;
            upgraded.map_err(|error| self.connect_fault(&error))?;
        }
        Ok(connection)
    }

    fn connect_fault(&self, error: &smtp::Error) -> EmailError {
        if let Some(why) = tls_fault(error) {
            return EmailError::Tls { host: self.name(), why };
        }
        match error.status() {
            Some(_) => self.fault(error),
            None => EmailError::Unreachable(self.name()),
        }
    }

    fn login_fault(&self, error: &smtp::Error) -> EmailError {
        match error.is_permanent() || error.is_client() {
            true => EmailError::Login(self.name()),
            false => self.fault(error),
        }
    }

    fn fault(&self, error: &smtp::Error) -> EmailError {
        let host = self.name();
        match error.status().map(u16::from) {
            Some(code) if error.is_transient() => EmailError::Temporary { host, code },
            Some(code) => EmailError::Permanent { host, code },
            // The library refuses by itself only what this server could never take.
            None if error.is_client() => EmailError::BadRecipient,
            None => EmailError::BrokenOff(host),
        }
    }

    fn name(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }
}

/// What is wrong with the server's TLS, if that is what is wrong.
fn tls_fault(error: &smtp::Error) -> Option<String> {
    if error.is_client() {
        return Some("it offers no STARTTLS".to_owned());
    }
    cause(error).map(rustls::Error::to_string)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clients::smtp_stand_in::{SmtpStandIn, Speaks};
    use crate::clients::stand_in::StandIn;
    use crate::secret::SecretText;

    fn server(address: &str, more: &str, roots: Vec<Certificate>) -> MailServer {
        let (host, port) = address.rsplit_once(':').unwrap();
        let settings = toml::from_str(&format!("SMTP.Host='{host}'\nSMTP.Port={port}\n{more}")).unwrap();
        MailServer::trusting(&settings, Clock::by_hand("2026-11-22T10:00:00Z".parse().unwrap()), roots).unwrap()
    }

    async fn send_to(server: &MailServer, to: &str, subject: &str) -> Result<(), EmailError> {
        let text = SecretText::new("Your code is 012345.");
        let from = "Example Bank <no-reply@bank.example>";
        server.send(EmailMessage { to, from, subject, text: &text, message_id: "m-1" }).await
    }

    async fn send(server: &MailServer) -> Result<(), EmailError> {
        send_to(server, "ana@example.org", "Your code").await
    }

    #[tokio::test]
    async fn a_message_goes_out_with_its_headers_and_its_text() {
        let smtp = SmtpStandIn::speaking(Speaks::Plain, &[]).await;

        send(&server(&smtp.address, "", vec![])).await.unwrap();

        let said = smtp.transcript();
        for line in [
            "MAIL FROM:<no-reply@bank.example>",
            "RCPT TO:<ana@example.org>",
            "Message-ID: <m-1@bank.example>",
            "Date: Sun, 22 Nov 2026 10:00:00 +0000",
            "From: \"Example Bank\" <no-reply@bank.example>",
            "Subject: Your code",
            "Auto-Submitted: auto-generated",
            "Content-Type: text/plain; charset=utf-8",
            "Your code is 012345.",
        ] {
            assert!(said.iter().any(|spoken| spoken == line), "{line} in {said:#?}");
        }
    }

    #[tokio::test]
    async fn nothing_in_a_message_can_add_a_header_or_a_recipient() {
        let smtp = SmtpStandIn::speaking(Speaks::Plain, &[]).await;
        let server = server(&smtp.address, "", vec![]);

        let two_lines = send_to(&server, "ana@example.org\r\nRCPT TO:<eve@example.org>", "Code").await;
        let two_recipients = send_to(&server, "ana@example.org, eve@example.org", "Code").await;
        send_to(&server, "ana@example.org", "Code\r\nBcc: eve@example.org\r\n\r\nHello").await.unwrap();

        assert_eq!((two_lines, two_recipients), (Err(EmailError::BadRecipient), Err(EmailError::BadRecipient)));
        let said = smtp.transcript();
        assert!(said.iter().any(|line| line.starts_with("Subject: Code  Bcc: eve@example.org")), "{said:#?}");
        assert!(!said.iter().any(|line| line.starts_with("Bcc") || line.contains("RCPT TO:<eve")), "{said:#?}");
    }

    #[tokio::test]
    async fn for_the_moment_and_for_good_are_told_apart() {
        let reply = async |command: &'static str, reply: &'static str| {
            let smtp = SmtpStandIn::speaking(Speaks::Plain, &[(command, reply)]).await;
            send(&server(&smtp.address, "", vec![])).await.unwrap_err()
        };

        assert!(matches!(reply("RCPT", "450 ana@example.org is busy").await, EmailError::Temporary { code: 450, .. }));
        assert!(matches!(reply("RCPT", "550 ana@example.org is unknown").await, EmailError::Permanent { code: 550, .. }));
        assert!(matches!(reply(".", "552 too long").await, EmailError::Permanent { code: 552, .. }));
        assert!(matches!(reply("EHLO", "421 closing").await, EmailError::Temporary { code: 421, .. }));
        assert!(matches!(reply("MAIL", "hello?").await, EmailError::BrokenOff(_)));
        assert!(!reply("RCPT", "550 ana@example.org is unknown").await.to_string().contains("ana"));
    }

    #[tokio::test]
    async fn a_message_that_was_taken_is_sent_however_the_server_leaves() {
        for farewell in ["", "221-and another thing", "500 what?"] {
            let smtp = SmtpStandIn::speaking(Speaks::Plain, &[("QUIT", farewell)]).await;
            let mut server = server(&smtp.address, "", vec![]);
            server.timeout = Duration::from_millis(300);

            assert_eq!(send(&server).await, Ok(()), "{farewell}");
        }
    }

    #[tokio::test]
    async fn nobody_is_unreachable_and_silence_runs_into_the_timeout() {
        let nobody = StandIn::nobody().await.replace("http://", "");
        let silent = StandIn::silent().await;
        let mut impatient = server(&silent.address.to_string(), "", vec![]);
        impatient.timeout = Duration::from_millis(30);

        assert!(matches!(send(&server(&nobody, "", vec![])).await, Err(EmailError::Unreachable(_))));
        assert!(matches!(send(&impatient).await, Err(EmailError::Timeout(_))));
    }

    #[tokio::test]
    async fn by_tls_and_by_starttls_the_certificate_has_to_be_trusted() {
        for (security, speaks) in [("starttls", Speaks::StartTls), ("tls", Speaks::Tls)] {
            let smtp = SmtpStandIn::speaking(speaks, &[]).await;
            let more = format!("SMTP.Security='{security}'\nSMTP.Username='callward'\nSMTP.Password='hush'");

            let stranger = send(&server(&smtp.address, &more, vec![])).await.unwrap_err();
            send(&server(&smtp.address, &more, vec![smtp.root()])).await.unwrap();

            assert!(matches!(stranger, EmailError::Tls { .. }), "{security}: {stranger:?}");
            assert!(smtp.transcript().iter().any(|line| line.starts_with("AUTH PLAIN")), "{security}");
        }
    }

    #[tokio::test]
    async fn without_starttls_no_password_and_no_message_goes_out() {
        let smtp = SmtpStandIn::speaking(Speaks::Plain, &[]).await;
        let more = "SMTP.Security='starttls'\nSMTP.Username='callward'\nSMTP.Password='hush'";

        let error = send(&server(&smtp.address, more, vec![])).await.unwrap_err();

        assert!(matches!(error, EmailError::Tls { .. }), "{error:?}");
        assert!(!smtp.transcript().iter().any(|line| line.starts_with("AUTH") || line.starts_with("MAIL")));
    }

    #[tokio::test]
    async fn a_refused_login_is_named() {
        let smtp = SmtpStandIn::speaking(Speaks::Plain, &[("AUTH", "535 no")]).await;
        let more = "SMTP.Username='callward'\nSMTP.Password='hush'";

        let error = send(&server(&smtp.address, more, vec![])).await.unwrap_err();

        assert_eq!(error, EmailError::Login(smtp.address.clone()));
    }
}
