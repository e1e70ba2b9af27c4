//! The text of a prompt with its places: `{code.digits}`, `{choices}`, `{vars.account:digits}`.

/// A prompt's text, cut at its places.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// As written.
    pub source: String,
    /// The parts in order.
    pub parts: Vec<Part>,
    /// The file of its recording, where the flow names one.
    pub audio: Option<String>,
}

/// A part of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// Plain text.
    Text(String),
    /// The lines of a menu, in order.
    Choices,
    /// The key of a menu's line.
    Key,
    /// How many keys the caller has just pressed.
    EntryCount,
    /// The code; in messages only.
    Code,
    /// A value by its name, such as `method.mask`.
    Value {
        /// What it belongs to.
        root: String,
        /// Its name there; empty for a bare name.
        member: String,
        /// Spoken digit by digit.
        digits: bool,
    },
}

impl Template {
    /// Cuts `source` at its places; `Err` says what is wrong.
    pub fn parse(source: &str) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut rest = source;
        while let Some(open) = rest.find('{') {
            push_text(&mut parts, &rest[..open]);
            let inside = &rest[open + 1..];
            let Some(close) = inside.find('}') else {
                return Err("a { has no }".to_owned());
            };
            parts.push(place(inside[..close].trim())?);
            rest = &inside[close + 1..];
        }
        push_text(&mut parts, rest);
        Ok(Self { source: source.to_owned(), parts, audio: None })
    }

    /// Whether anything in it varies.
    pub fn varies(&self) -> bool {
        self.parts.iter().any(|part| !matches!(part, Part::Text(_)))
    }
}

fn push_text(parts: &mut Vec<Part>, text: &str) {
    if !text.is_empty() {
        parts.push(Part::Text(text.to_owned()));
    }
}

fn place(name: &str) -> Result<Part, String> {
    let (name, digits) = match name.split_once(':') {
        Some((name, "digits")) => (name, true),
        Some((_, other)) => return Err(format!("{{…:{other}}} is not known; {{…:digits}} speaks digit by digit")),
        None => (name, false),
    };
    match name {
        "choices" => return Ok(Part::Choices),
        "key" => return Ok(Part::Key),
        "entry.count" => return Ok(Part::EntryCount),
        "code" => return Ok(Part::Code),
        _ => {}
    }
    let (root, member) = name.split_once('.').unwrap_or((name, ""));
    let word = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if !word(root) || !word(member) {
        return Err(format!("{{{name}}} is not a name such as {{settings.prompt_wording}}"));
    }
    Ok(Part::Value { root: root.to_owned(), member: member.to_owned(), digits })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_places_alternate() {
        let template = Template::parse("Press {key} for {vars.account:digits}.").unwrap();

        let account = Part::Value { root: "vars".into(), member: "account".into(), digits: true };
        assert_eq!(template.parts, [Part::Text("Press ".into()), Part::Key, Part::Text(" for ".into()), account, Part::Text(".".into())]);
    }

    #[test]
    fn what_is_no_place_is_an_error() {
        assert!(Template::parse("Press {key").is_err());
        assert!(Template::parse("{a b.c}").is_err());
        assert!(Template::parse("{x.y:loud}").is_err());
        assert!(Template::parse("{}").is_err());
    }
}
