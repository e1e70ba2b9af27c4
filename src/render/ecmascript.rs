//! Text inside an ECMAScript string literal that stands in an XML attribute (ECMA-262 §12.9.4, XML 1.0 §3.3.3).

use std::fmt::{self, Display, Write};

/// Displays text so that it can stand between single quotes: what it writes holds neither quotes nor markup, and nothing that XML would normalise away.
#[derive(Debug, Clone, Copy)]
pub(super) struct StringLiteral<'a>(pub &'a str);

impl Display for StringLiteral<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0;
        while let Some(at) = rest.find(needs_escape) {
            let (plain, from_special) = rest.split_at(at);
            f.write_str(plain)?;
            let mut characters = from_special.chars();
            if let Some(special) = characters.next() {
                write_escape(f, special)?;
            }
            rest = characters.as_str();
        }
        f.write_str(rest)
    }
}

fn needs_escape(character: char) -> bool {
    matches!(character, '\'' | '"' | '\\' | '<' | '>' | '&' | '\u{2028}' | '\u{2029}' | '\u{fffe}' | '\u{ffff}') || character.is_control()
}

/// Everything that needs an escape lies below U+10000, so one `\u` is enough.
fn write_escape(f: &mut impl Write, character: char) -> fmt::Result {
    write!(f, "\\u{:04x}", u32::from(character))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, prop_assert_eq, proptest};
    use rquickjs::{Context, Runtime};

    use crate::xml::parse;

    use super::super::entry_page::EntryPage;
    use super::super::frame::{DialogKind, Version};
    use super::super::sample::HOSTILE;
    use super::super::variable::Variable;

    #[test]
    fn hostile_text_comes_back_as_it_was() {
        assert_eq!(read_back(HOSTILE), HOSTILE);
    }

    proptest! {
        #[test]
        fn any_text_comes_back_as_it_was(text in any::<String>()) {
            prop_assert_eq!(read_back(&text), text);
        }
    }

    /// What a platform makes of a variable: XML first, then ECMAScript.
    fn read_back(text: &str) -> String {
        let variables = [Variable::new("identity", text).unwrap()];
        let page =
            EntryPage { submit: "0", kind: DialogKind::Main, language: "en", variables: &variables, version: Version::V21, hold: None };
        let document = parse(page.render().as_bytes()).unwrap();
        let expression = document.child("form").unwrap().child("var").unwrap().attribute("expr").unwrap().to_owned();
        let context = Context::full(&Runtime::new().unwrap()).unwrap();
        context.with(|context| context.eval(expression)).unwrap()
    }
}
