//! The entry page: declares the call variables and inputs, so that `<param>` can override them, and posts them to turn 0 (VoiceXML 2.0 §2.3.4).

use askama::Template;

use super::frame::{DialogKind, Frame, Version, fill};
use super::returned::Returned;
use super::variable::Variable;

/// A page that starts a call and does nothing else.
#[derive(Debug, Clone)]
pub struct EntryPage<'a> {
    /// The address of turn 0.
    pub submit: &'a str,
    /// How the platform runs the dialog.
    pub kind: DialogKind,
    /// The language of the page (BCP 47).
    pub language: &'a str,
    /// Call variables and inputs with what query or form preset; a name that the dialog returns is left out.
    pub variables: &'a [Variable<'a>],
    /// The version of VoiceXML.
    pub version: Version,
    /// The sound that is heard while the next page takes longer than 2 s.
    pub hold: Option<&'a str>,
}

#[derive(Template)]
#[template(path = "entry.vxml")]
struct EntryTemplate<'a> {
    frame: Frame<'a>,
    submit: &'a str,
    variables: Vec<Variable<'a>>,
}

impl EntryPage<'_> {
    /// The document.
    pub fn render(&self) -> String {
        let frame = Frame::new(self.version, self.kind, self.language, Some(self.submit), Returned::unreachable()).holding(self.hold);
        let variables = self.variables.iter().copied().filter(|variable| !variable.is_returned()).collect();
        fill(&EntryTemplate { frame, submit: self.submit, variables }, 4096)
    }
}

#[cfg(test)]
mod tests {
    use crate::xml::{Element, parse};

    use super::*;

    #[test]
    fn variables_are_declared_in_the_form_and_posted_to_turn_0() {
        let form = entry(&[("identity", "1001"), ("lang", "")]);

        let submit = form.child("block").unwrap().child("submit").unwrap();
        assert_eq!(submit.attribute("namelist"), Some("identity lang"));
        assert_eq!((submit.attribute("next"), submit.attribute("method")), (Some("/a/b/c/0"), Some("post")));
        assert_eq!(form.child("var").unwrap().attribute("expr"), Some("'1001'"));
    }

    #[test]
    fn nobody_presets_a_verdict() {
        let form = entry(&[("authStatus", "verified"), ("identity", "1001")]);

        assert_eq!(form.elements().filter(|element| element.name == "var").count(), 1);
    }

    fn entry(variables: &[(&str, &str)]) -> Element {
        let variables: Vec<_> = variables.iter().filter_map(|(name, value)| Variable::new(name, value)).collect();
        let page = EntryPage {
            submit: "/a/b/c/0",
            kind: DialogKind::Main,
            language: "en",
            variables: &variables,
            version: Version::V21,
            hold: None,
        };
        parse(page.render().as_bytes()).unwrap().child("form").unwrap().clone()
    }
}
