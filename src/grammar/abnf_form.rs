//! The ABNF form (SRGS 1.0 §2–§4, appendix D).

use encoding_rs::{Encoding, UTF_8};
use url::Url;

use super::abnf_scanner::Scanner;
use super::error::GrammarError;
use super::expansion::{Expansion, Rule, Times, check_rule_name, read_weight};
use super::source::{Form, Grammar, Mode, Surroundings, TagFormat, target};
use super::tokens;
use crate::xml::Position;

const SIGNATURE: &str = "#ABNF";
/// Deepest nesting of groups.
const DEEPEST: usize = 100;

/// Whether a document declares itself to be ABNF (SRGS 1.0 §4.1).
pub(super) fn is_abnf(bytes: &[u8]) -> bool {
    let head = &bytes[..bytes.len().min(32)];
    let (text, _, _) = Encoding::for_bom(head).map_or(UTF_8, |(encoding, _)| encoding).decode(head);
    text.starts_with(SIGNATURE)
}

/// Reads an ABNF document.
pub(super) fn read(bytes: &[u8], surroundings: &Surroundings) -> Result<Grammar, GrammarError> {
    let text = decode(bytes)?;
    let mut parser = Parser {
        scanner: Scanner::new(&text),
        base: surroundings.base.clone(),
        language: surroundings.language.clone(),
        depth: 0,
        grammar: Grammar {
            form: Form::Abnf,
            mode: surroundings.mode,
            root: None,
            rules: Vec::new(),
            tag_format: TagFormat::Undeclared,
            global_tags: Vec::new(),
        },
    };
    parser.header()?;
    while !parser.scanner.is_at_end() {
        parser.statement()?;
    }
    if parser.grammar.mode == Mode::Voice && parser.language.is_none() {
        return Err(parser.scanner.fault("a voice grammar must declare its language"));
    }
    parser.grammar.checked()
}

/// A byte order mark wins; else the header may name an encoding; else it is UTF-8.
fn decode(bytes: &[u8]) -> Result<String, GrammarError> {
    let start = Position { line: 1, column: 1 };
    let encoding = match Encoding::for_bom(bytes) {
        Some((encoding, _)) => encoding,
        None => {
            let head = String::from_utf8_lossy(&bytes[..bytes.len().min(100)]);
            let header = head.split(';').next().unwrap_or_default();
            match header.split_whitespace().nth(2) {
                Some(label) => Encoding::for_label(label.as_bytes())
                    .ok_or_else(|| GrammarError::malformed(format!("the encoding {label:?} is not known"), start))?,
                None => UTF_8,
            }
        }
    };
    let (text, _, malformed) = encoding.decode(bytes);
    match malformed {
        true => Err(GrammarError::malformed(format!("the grammar is not valid {}", encoding.name()), start)),
        false => Ok(text.into_owned()),
    }
}

struct Parser<'t> {
    scanner: Scanner<'t>,
    base: Option<Url>,
    language: Option<String>,
    depth: usize,
    grammar: Grammar,
}

impl Parser<'_> {
    fn header(&mut self) -> Result<(), GrammarError> {
        self.scanner.expect(SIGNATURE)?;
        let version = self.scanner.word();
        if version != "1.0" {
            return Err(self.scanner.fault(format!("version {version:?} of SRGS is not known, only 1.0")));
        }
        self.scanner.word();
        self.scanner.expect(";")
    }

    /// One declaration, header tag or rule.
    fn statement(&mut self) -> Result<(), GrammarError> {
        match self.scanner.peek() {
            Some('$') => return self.rule(false),
            Some('{') => {
                let tag = self.tag()?;
                self.grammar.global_tags.push(tag);
                self.scanner.take(";");
                return Ok(());
            }
            Some(_) | None => {}
        }
        match self.scanner.word() {
            "public" => self.rule(true),
            "private" => self.rule(false),
            "" => Err(self.scanner.fault("a declaration or a rule is expected here")),
            keyword => {
                self.declaration(keyword)?;
                self.scanner.expect(";")
            }
        }
    }

    fn declaration(&mut self, keyword: &str) -> Result<(), GrammarError> {
        match keyword {
            "language" => self.language = Some(self.scanner.word().to_owned()),
            "mode" => {
                self.grammar.mode = match self.scanner.word() {
                    "dtmf" => Mode::Dtmf,
                    "voice" => Mode::Voice,
                    mode => return Err(self.scanner.fault(format!("the mode {mode:?} is neither dtmf nor voice"))),
                }
            }
            "root" => {
                self.scanner.expect("$")?;
                self.grammar.root = Some(self.scanner.word().to_owned());
            }
            "tag-format" => self.grammar.tag_format = TagFormat::named(&self.uri()?),
            "base" => {
                let base = self.uri()?;
                let resolved = self.base.as_ref().map_or_else(|| Url::parse(&base), |outer| outer.join(&base));
                self.base = Some(resolved.map_err(|error| self.scanner.fault(format!("the base {base:?} is not an address: {error}")))?);
            }
            "lexicon" => {
                self.uri()?;
                self.media_type()?;
            }
            "meta" | "http-equiv" => self.meta()?,
            _ => return Err(self.scanner.fault(format!("the declaration {keyword:?} is not known"))),
        }
        Ok(())
    }

    fn meta(&mut self) -> Result<(), GrammarError> {
        self.scanner.quoted()?;
        self.scanner.expect("is")?;
        self.scanner.quoted().map(drop)
    }

    /// An address between angle brackets; a tag format may stand without them.
    fn uri(&mut self) -> Result<String, GrammarError> {
        match self.scanner.take("<") {
            true => self.scanner.until(">").map(|uri| uri.trim().to_owned()),
            false => {
                let start = self.scanner.word();
                let end = if self.scanner.take_here("/") { self.scanner.word() } else { "" };
                Ok(format!("{start}/{end}"))
            }
        }
    }

    fn media_type(&mut self) -> Result<Option<String>, GrammarError> {
        if !self.scanner.take_here("~") {
            return Ok(None);
        }
        self.scanner.expect("<")?;
        self.scanner.until(">").map(|media_type| Some(media_type.trim().to_owned()))
    }

    fn rule(&mut self, public: bool) -> Result<(), GrammarError> {
        self.scanner.expect("$")?;
        let position = self.scanner.position();
        let name = self.scanner.word().to_owned();
        check_rule_name(&name, position)?;
        self.scanner.expect("=")?;
        let expansion = self.choice()?;
        self.scanner.expect(";")?;
        self.grammar.rules.push(Rule { name, public, expansion, position });
        Ok(())
    }

    fn choice(&mut self) -> Result<Expansion, GrammarError> {
        let mut alternatives = Vec::new();
        loop {
            if self.scanner.take("/") {
                let position = self.scanner.position();
                read_weight(self.scanner.until("/")?.trim(), f64::MAX, position)?;
            }
            alternatives.push(self.sequence()?);
            if !self.scanner.take("|") {
                return Ok(Expansion::Choice(alternatives));
            }
        }
    }

    fn sequence(&mut self) -> Result<Expansion, GrammarError> {
        let mut parts = Vec::new();
        while !matches!(self.scanner.peek(), None | Some(';' | '|' | ')' | ']')) {
            let part = self.primary()?;
            self.language_attachment()?;
            parts.push(self.repeated(part)?);
        }
        match parts.is_empty() {
            true => Err(self.scanner.fault("an expansion is empty: write $NULL or ()")),
            false => Ok(Expansion::Sequence(parts)),
        }
    }

    fn primary(&mut self) -> Result<Expansion, GrammarError> {
        match self.scanner.peek() {
            Some('$') => self.reference(),
            Some('(') => self.group("(", ")"),
            Some('[') => {
                let body = self.group("[", "]")?;
                Ok(Expansion::Repeat(Box::new(body), Times { least: 0, most: Some(1) }))
            }
            Some('{') => self.tag().map(Expansion::Tag),
            Some('"') => {
                let token = self.scanner.quoted()?;
                self.token(token)
            }
            Some(_) | None => {
                let token = self.scanner.word();
                self.token(token)
            }
        }
    }

    fn group(&mut self, open: &str, close: &str) -> Result<Expansion, GrammarError> {
        self.scanner.expect(open)?;
        if self.scanner.take(close) {
            return Ok(Expansion::Sequence(Vec::new()));
        }
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(self.scanner.fault(format!("groups are nested more than {DEEPEST} deep")));
        }
        let body = self.choice()?;
        self.depth -= 1;
        self.scanner.expect(close)?;
        Ok(body)
    }

    fn reference(&mut self) -> Result<Expansion, GrammarError> {
        self.scanner.expect("$")?;
        let position = self.scanner.position();
        if self.scanner.take_here("<") {
            let uri = self.scanner.until(">")?;
            let media_type = self.media_type()?;
            return Ok(Expansion::Rule(target(uri, media_type.as_deref(), self.base.as_ref(), position)?, position));
        }
        match self.scanner.word() {
            "NULL" => Ok(Expansion::Sequence(Vec::new())),
            "VOID" => Ok(Expansion::Void),
            "GARBAGE" => Ok(Expansion::Garbage),
            name => Ok(Expansion::Rule(target(&format!("#{name}"), None, None, position)?, position)),
        }
    }

    /// `{…}`, or `{!{…}!}` where the tag has braces of its own.
    fn tag(&mut self) -> Result<String, GrammarError> {
        self.scanner.expect("{")?;
        let end = if self.scanner.take_here("!{") { "}!}" } else { "}" };
        self.scanner.until(end).map(|tag| tag.trim().to_owned())
    }

    fn token(&mut self, token: &str) -> Result<Expansion, GrammarError> {
        let symbols = tokens::spell(token, self.grammar.mode).filter(|symbols| !symbols.is_empty());
        symbols.map(Expansion::Tokens).ok_or_else(|| self.scanner.fault(format!("{token:?} is not a token")))
    }

    fn language_attachment(&mut self) -> Result<(), GrammarError> {
        if self.scanner.take_here("!") && self.scanner.word().is_empty() {
            return Err(self.scanner.fault("a language is expected after \"!\""));
        }
        Ok(())
    }

    /// `<m-n>` or `<m-n /probability/>` after what it repeats.
    fn repeated(&mut self, body: Expansion) -> Result<Expansion, GrammarError> {
        if !self.scanner.take("<") {
            return Ok(body);
        }
        let position = self.scanner.position();
        let inside = self.scanner.until(">")?;
        let (count, probability) = inside.split_once('/').unwrap_or((inside, ""));
        if let Some(probability) = probability.trim().strip_suffix('/') {
            read_weight(probability.trim(), 1.0, position)?;
        } else if !probability.is_empty() {
            return Err(self.scanner.fault("a repeat probability stands between two slashes"));
        }
        Ok(Expansion::Repeat(Box::new(body), Times::read(count.trim(), position)?))
    }
}
