//! The end page: says the last words and gives the results back (VoiceXML 2.0 §5.3.9, §5.3.10).

use askama::Template;

use crate::flow::Words;

use super::frame::{DialogKind, Frame, Version, fill};
use super::prompt::Prompt;
use super::returned::Returned;
use super::variable::Variable;

/// A page that ends a dialog.
#[derive(Debug, Clone)]
pub struct EndPage<'a> {
    /// Said first.
    pub say: &'a [Words],
    /// Every name that is returned, with its value; `''` where nothing applies.
    pub results: &'a [Variable<'a>],
    /// How the platform runs the dialog.
    pub kind: DialogKind,
    /// The language of the page (BCP 47).
    pub language: &'a str,
    /// The address of the turn, where a hang-up is told; `None` where there is no call.
    pub turn: Option<&'a str>,
    /// The version of VoiceXML.
    pub version: Version,
    /// Where recordings are: what stands before their addresses.
    pub sounds: &'a str,
}

#[derive(Template)]
#[template(path = "end.vxml")]
struct EndTemplate<'a> {
    frame: Frame<'a>,
    say: &'a [Words],
}

impl EndPage<'_> {
    /// The document.
    pub fn render(&self) -> String {
        let returned = Returned::of(self.results);
        let frame = Frame::new(self.version, self.kind, self.language, self.turn, &returned).sounding(self.sounds);
        fill(&EndTemplate { frame, say: self.say }, 4096)
    }
}

impl EndTemplate<'_> {
    fn prompts(&self) -> impl Iterator<Item = Prompt<'_>> {
        self.say.iter().map(|words| Prompt::always(words, self.frame.language, self.frame.sounds))
    }
}

#[cfg(test)]
mod tests {
    use crate::flow::apology;
    use crate::xml::{Element, parse};

    use super::*;

    #[test]
    fn every_result_is_declared_and_given_back_even_after_an_error() {
        let results = [Variable::new("authStatus", "verified").unwrap(), Variable::new("authMethod", "").unwrap()];
        let say = [apology("en")];
        let page = EndPage {
            say: &say,
            results: &results,
            kind: DialogKind::Subdialog,
            language: "en",
            turn: None,
            version: Version::V21,
            sounds: "",
        };

        let document = parse(page.render().as_bytes()).unwrap();

        let declared: Vec<_> = document.elements().filter(|element| element.name == "var").map(|var| var.attribute("expr")).collect();
        let leave = |element: &Element| element.child("return").unwrap().attribute("namelist").map(str::to_owned);
        assert_eq!(declared, [Some("'verified'"), Some("''")]);
        assert_eq!(leave(document.child("form").unwrap().child("block").unwrap()).as_deref(), Some("authStatus authMethod"));
        assert_eq!(leave(document.child("catch").unwrap()).as_deref(), Some("authStatus authMethod"));
    }
}
