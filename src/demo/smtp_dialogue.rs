//! The receiving side of a mail delivery, line by line (RFC 5321; AUTH by RFC 4954, SIZE by RFC 1870).

/// Largest mail taken.
pub const SIZE_LIMIT: usize = 1 << 20;
/// Most recipients of one mail.
const RECIPIENT_LIMIT: usize = 100;

/// One connection's dialogue.
#[derive(Debug, Default)]
pub struct Dialogue {
    expecting: Expecting,
    sender: Option<String>,
    recipients: Vec<String>,
}

/// What the next line is.
#[derive(Debug, Default)]
enum Expecting {
    #[default]
    Command,
    User,
    Password,
    Content(Vec<u8>),
    /// The rest of a mail that is too large.
    Excess,
}

/// What is to be done after a line.
#[derive(Debug, PartialEq, Eq)]
pub enum Action {
    /// Nothing: more lines belong to this one.
    Listen,
    /// Say this.
    Reply(String),
    /// A mail is complete: put it in the mailboxes, then answer 250.
    Accept(Mail),
    /// Say this and hang up.
    Quit(String),
}

/// A mail as it came.
#[derive(Debug, PartialEq, Eq)]
pub struct Mail {
    /// Where it says it comes from; empty for a bounce.
    pub sender: String,
    /// Who it is for.
    pub recipients: Vec<String>,
    /// Header and body.
    pub content: Vec<u8>,
}

impl Dialogue {
    /// Takes a line without its end.
    pub fn handle_line(&mut self, line: &[u8]) -> Action {
        match std::mem::take(&mut self.expecting) {
            Expecting::Command => self.command(&String::from_utf8_lossy(line)),
            Expecting::User => self.ask(Expecting::Password, "334 UGFzc3dvcmQ6"),
            Expecting::Password => reply("235 2.7.0 Welcome"),
            Expecting::Content(content) => self.content(content, line),
            Expecting::Excess if line == b"." => reply("552 5.3.4 The mail is too large"),
            Expecting::Excess => self.listen(Expecting::Excess),
        }
    }

    fn command(&mut self, line: &str) -> Action {
        let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
        match verb.to_ascii_uppercase().as_str() {
            "EHLO" => self.hello(),
            "HELO" => reply("250 callward stand-in"),
            "AUTH" => self.authenticate(rest),
            "MAIL" => self.mail(rest),
            "RCPT" => self.recipient(rest),
            "DATA" => self.data(),
            "RSET" => {
                self.reset();
                reply("250 2.0.0 Forgotten")
            }
            "NOOP" => reply("250 2.0.0 Still here"),
            "VRFY" => reply("252 2.1.5 Send it and see"),
            "QUIT" => Action::Quit("221 2.0.0 Goodbye".to_owned()),
            _unknown => reply("502 5.5.1 No such command"),
        }
    }

    fn hello(&mut self) -> Action {
        self.reset();
        Action::Reply(format!(
            "250-callward stand-in\r\n250-SIZE {SIZE_LIMIT}\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250-PIPELINING\r\n250-ENHANCEDSTATUSCODES\r\n250 AUTH PLAIN LOGIN"
        ))
    }

    /// Anybody may log in; the words are not looked at.
    fn authenticate(&mut self, rest: &str) -> Action {
        let (mechanism, initial) = rest.split_once(' ').unwrap_or((rest, ""));
        match (mechanism.to_ascii_uppercase().as_str(), initial.is_empty()) {
            ("PLAIN", false) => reply("235 2.7.0 Welcome"),
            ("PLAIN", true) => self.ask(Expecting::Password, "334 "),
            ("LOGIN", true) => self.ask(Expecting::User, "334 VXNlcm5hbWU6"),
            ("LOGIN", false) => self.ask(Expecting::Password, "334 UGFzc3dvcmQ6"),
            _unknown => reply("504 5.5.4 PLAIN or LOGIN"),
        }
    }

    fn mail(&mut self, rest: &str) -> Action {
        let Some((sender, parameters)) = path(rest, "FROM:") else { return reply("501 5.5.4 MAIL FROM:<address>") };
        if declared_size(parameters).is_some_and(|size| size > SIZE_LIMIT) {
            return reply("552 5.3.4 The mail is too large");
        }
        self.reset();
        self.sender = Some(sender.to_owned());
        reply("250 2.1.0 Go on")
    }

    fn recipient(&mut self, rest: &str) -> Action {
        if self.sender.is_none() {
            return reply("503 5.5.1 MAIL comes first");
        }
        match path(rest, "TO:") {
            Some((recipient, _)) if recipient.contains('@') && self.recipients.len() < RECIPIENT_LIMIT => {
                self.recipients.push(recipient.to_owned());
                reply("250 2.1.5 Go on")
            }
            Some((recipient, _)) if recipient.contains('@') => reply("452 4.5.3 Too many recipients"),
            Some(_) | None => reply("501 5.1.3 RCPT TO:<name@domain>"),
        }
    }

    fn data(&mut self) -> Action {
        if self.recipients.is_empty() {
            return reply("503 5.5.1 RCPT comes first");
        }
        self.ask(Expecting::Content(Vec::new()), "354 End with a dot on its own line")
    }

    fn content(&mut self, mut content: Vec<u8>, line: &[u8]) -> Action {
        if line == b"." {
            let mail = Mail { sender: self.sender.take().unwrap_or_default(), recipients: std::mem::take(&mut self.recipients), content };
            return Action::Accept(mail);
        }
        // A dot in front of a line of content was put there for the way (RFC 5321 §4.5.2).
        content.extend_from_slice(line.strip_prefix(b".").unwrap_or(line));
        content.extend_from_slice(b"\r\n");
        if content.len() > SIZE_LIMIT {
            self.reset();
            return self.listen(Expecting::Excess);
        }
        self.listen(Expecting::Content(content))
    }

    fn reset(&mut self) {
        self.sender = None;
        self.recipients.clear();
    }

    fn ask(&mut self, expecting: Expecting, words: &str) -> Action {
        self.expecting = expecting;
        reply(words)
    }

    fn listen(&mut self, expecting: Expecting) -> Action {
        self.expecting = expecting;
        Action::Listen
    }
}

fn reply(words: &str) -> Action {
    Action::Reply(words.to_owned())
}

/// The address in `FROM:<address> parameters`, and the parameters.
fn path<'l>(rest: &'l str, keyword: &str) -> Option<(&'l str, &'l str)> {
    let head = rest.get(..keyword.len()).filter(|head| head.eq_ignore_ascii_case(keyword))?;
    rest[head.len()..].trim_start().strip_prefix('<')?.split_once('>')
}

fn declared_size(parameters: &str) -> Option<usize> {
    let mut parameters = parameters.split_whitespace().filter_map(|parameter| parameter.split_once('='));
    parameters.find(|(name, _)| name.eq_ignore_ascii_case("SIZE")).and_then(|(_, size)| size.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(dialogue: &mut Dialogue, line: &str) -> String {
        match dialogue.handle_line(line.as_bytes()) {
            Action::Reply(words) | Action::Quit(words) => words,
            Action::Listen => String::new(),
            Action::Accept(mail) => String::from_utf8(mail.content).unwrap(),
        }
    }

    #[test]
    fn a_mail_comes_through_without_its_stuffed_dots() {
        let mut dialogue = Dialogue::default();

        for (line, code) in
            [("EHLO me", "250-"), ("MAIL FROM:<a@b.example> SIZE=9", "250"), ("rcpt to:<ana@example.org>", "250"), ("DATA", "354")]
        {
            assert!(said(&mut dialogue, line).starts_with(code), "{line}");
        }
        assert_eq!(said(&mut dialogue, "..one"), "");
        assert_eq!(said(&mut dialogue, "two"), "");
        assert_eq!(said(&mut dialogue, "."), ".one\r\ntwo\r\n");
        assert!(said(&mut dialogue, "QUIT").starts_with("221"));
    }

    #[test]
    fn commands_out_of_turn_and_mails_too_large_are_refused() {
        let mut dialogue = Dialogue::default();

        assert!(said(&mut dialogue, "DATA").starts_with("503"));
        assert!(said(&mut dialogue, "RCPT TO:<a@b>").starts_with("503"));
        assert!(said(&mut dialogue, "MAIL FROM:<> SIZE=99999999").starts_with("552"));
        assert!(said(&mut dialogue, "MAIL FROM:<>").starts_with("250"));
        assert!(said(&mut dialogue, "RCPT TO:<a@b>").starts_with("250"));
        assert!(said(&mut dialogue, "DATA").starts_with("354"));
        for _ in 0..=SIZE_LIMIT / 900 {
            assert_eq!(said(&mut dialogue, &"x".repeat(900)), "");
        }
        assert!(said(&mut dialogue, ".").starts_with("552"));
        assert!(said(&mut dialogue, "NOOP").starts_with("250"));
    }
}
