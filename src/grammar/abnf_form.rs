//! The ABNF form (SRGS 1.0 §2–§4, appendix D).

use encoding_rs::{Encoding, UTF_8};
use url::Url;

use super::abnf_expansion::ExpansionReader;
use super::abnf_scanner::Scanner;
use super::error::GrammarError;
use super::rule::{Rule, Rules};
use super::source::{Form, Grammar, Mode, Surroundings, TagFormat};
use crate::xml::Position;

const SIGNATURE: &str = "#ABNF";
/// Most bytes of a document.
const MOST_BYTES: usize = 4 << 20;

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
        grammar: Grammar {
            form: Form::Abnf,
            mode: surroundings.mode,
            language: surroundings.language.clone(),
            root: None,
            rules: Rules::default(),
            tag_format: TagFormat::Undeclared,
            global_tags: Vec::new(),
        },
    };
    parser.header()?;
    while !parser.scanner.is_at_end() {
        parser.statement()?;
    }
    if parser.grammar.mode == Mode::Voice && parser.grammar.language.is_none() {
        return Err(parser.scanner.fault("a voice grammar must declare its language"));
    }
    parser.grammar.checked()
}

fn decode(bytes: &[u8]) -> Result<String, GrammarError> {
    let start = Position { line: 1, column: 1 };
    if bytes.len() > MOST_BYTES {
        return Err(GrammarError::malformed(format!("the grammar has {} bytes, more than {MOST_BYTES}", bytes.len()), start));
    }
    let encoding = encoding(bytes).map_err(|label| GrammarError::malformed(format!("the encoding {label:?} is not known"), start))?;
    let (text, _, malformed) = encoding.decode(bytes);
    match malformed {
        true => Err(GrammarError::malformed(format!("the grammar is not valid {}", encoding.name()), start)),
        false => Ok(text.into_owned()),
    }
}

/// A byte order mark wins; else the header may name an encoding; else it is UTF-8. `Err` names one that is not known.
fn encoding(bytes: &[u8]) -> Result<&'static Encoding, String> {
    if let Some((encoding, _)) = Encoding::for_bom(bytes) {
        return Ok(encoding);
    }
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(100)]);
    let header = head.split(';').next().unwrap_or_default();
    match header.split_whitespace().nth(2) {
        Some(label) => Encoding::for_label(label.as_bytes()).ok_or_else(|| label.to_owned()),
        None => Ok(UTF_8),
    }
}

struct Parser<'t> {
    scanner: Scanner<'t>,
    base: Option<Url>,
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
                let tag = self.scanner.tag()?;
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
            "language" => self.grammar.language = Some(self.scanner.word().to_owned()),
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
                self.scanner.media_type()?;
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

    fn rule(&mut self, public: bool) -> Result<(), GrammarError> {
        self.scanner.expect("$")?;
        let position = self.scanner.position();
        let name = self.scanner.word().to_owned();
        self.scanner.expect("=")?;
        let expansion = ExpansionReader::new(&mut self.scanner, self.grammar.mode, self.base.as_ref()).choice()?;
        self.scanner.expect(";")?;
        self.grammar.rules.add(Rule { name, public, expansion, position })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_that_break_a_rule_are_refused_with_the_place() {
        let table = [
            ("#ABNF 2.0;", "version \"2.0\""),
            ("#ABNF 1.0; mode keys;", "neither dtmf nor voice"),
            ("#ABNF 1.0; mode dtmf;", "no rules"),
            ("#ABNF 1.0; $x = yes;", "declare its language"),
            ("#ABNF 1.0; mode dtmf; $x = ;", "empty"),
            ("#ABNF 1.0; mode dtmf; $x = 1 | ;", "empty"),
            ("#ABNF 1.0; mode dtmf; $x = 1", "\";\" is expected"),
            ("#ABNF 1.0; mode dtmf; $x = (1;", "\")\" is expected"),
            ("#ABNF 1.0; mode dtmf; $x = 1 <3-1>;", "ends before it begins"),
            ("#ABNF 1.0; mode dtmf; $x = 1 <0-1 /2/>;", "weight or probability"),
            ("#ABNF 1.0; mode dtmf; $x = /-1/ 1;", "weight or probability"),
            ("#ABNF 1.0; mode dtmf; $x = E;", "is not a token"),
            ("#ABNF 1.0; mode dtmf; $x = $y;", "\"y\" is referred to but not defined"),
            ("#ABNF 1.0; mode dtmf; root $y; $x = 1;", "root rule \"y\" is not defined"),
            ("#ABNF 1.0; mode dtmf; $x = 1; $x = 2;", "defined twice"),
            ("#ABNF 1.0; mode dtmf; $VOID = 1;", "special rule"),
            ("#ABNF 1.0; mode dtmf; $x-y = 1;", "not a legal rule name"),
            ("#ABNF 1.0; mode dtmf; $x = $<other.gram>;", "is not an address"),
            ("#ABNF 1.0; mode dtmf; $x = {tag;", "\"}\" is missing"),
            ("#ABNF 1.0; colour red; $x = 1;", "\"colour\" is not known"),
        ];
        for (text, what) in table {
            let error = read(text.as_bytes(), &Surroundings::default()).unwrap_err().to_string();

            assert!(error.contains(what), "{text}: {error}");
        }
        let deep = format!("#ABNF 1.0; mode dtmf; $x = {}1{};", "(".repeat(101), ")".repeat(101));
        assert!(read(deep.as_bytes(), &Surroundings::default()).is_err());
    }

    #[test]
    fn the_header_may_name_the_encoding_and_all_declarations_are_understood() {
        let text = b"#ABNF 1.0 ISO-8859-1;\nlanguage fr-FR; mode voice; root $x; base <http://example.com/a/>;\n\
            lexicon <names.pls>~<application/pls+xml>; meta 'author' is \"me\"; http-equiv \"Expires\" is '0';\n\
            tag-format semantics/1.0-literals; public $x = caf\xe9!fr-FR {x} | $<b.gram>;";

        let grammar = read(text, &Surroundings::default()).unwrap();

        assert_eq!(grammar.tag_format, TagFormat::Literals);
        assert_eq!(grammar.references()[0].uri.as_str(), "http://example.com/a/b.gram");
        assert!(format!("{:?}", grammar.rules).contains("caf\u{e9}"));
    }
}
