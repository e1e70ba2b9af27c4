//! The classes of events that the platform knows (VoiceXML 2.0 §5.2.6): all that may be told of an event of somebody else's page.

/// Their names; whatever follows behind a dot belongs to the class.
const CLASSES: [&str; 20] = [
    "cancel",
    "connection",
    "connection.disconnect",
    "error",
    "error.badfetch",
    "error.badfetch.http",
    "error.connection",
    "error.connection.baddestination",
    "error.internal",
    "error.noauthorization",
    "error.noresource",
    "error.semantic",
    "error.unsupported",
    "error.unsupported.builtin",
    "error.unsupported.format",
    "error.unsupported.uri",
    "exit",
    "help",
    "noinput",
    "nomatch",
];

/// The class of an event, which says nothing that a page has thought of; `None` where it is wholly the page's own.
pub fn event_class(event: &str) -> Option<&'static str> {
    let is_in = |class: &&&str| event.strip_prefix(**class).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
    CLASSES.iter().filter(is_in).max_by_key(|class| class.len()).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_class_tells_nothing_that_a_page_has_made_up() {
        for (event, class) in [
            ("error.badfetch.http.404", Some("error.badfetch.http")),
            ("error.wrong.7391", Some("error")),
            ("error.semantics", Some("error")),
            ("error.semantic", Some("error.semantic")),
            ("errors", None),
            ("7391", None),
        ] {
            assert_eq!(event_class(event), class, "{event}");
        }
    }
}
