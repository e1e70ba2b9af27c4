//! Compares two versions of a flow by what they say, not by how they are laid out.

use crate::flow::Flow;

use super::change::Change;
use super::parts;
use super::steps::steps;

/// Everything that has changed from `old` to `new`, from the top of the file to its foot.
pub fn diff(old: &Flow, new: &Flow) -> Vec<Change> {
    let parts: [fn(&Flow, &Flow) -> Vec<Change>; 11] = [
        parts::title,
        parts::languages,
        parts::inputs,
        parts::settings,
        parts::presets,
        parts::exits,
        parts::outputs,
        parts::keys,
        parts::otherwise,
        steps,
        parts::wordings,
    ];
    parts.iter().flat_map(|part| part(old, new)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = include_str!("../../flows/two-factor.yaml");

    fn changes(edits: &[(&str, &str)]) -> Vec<(String, bool)> {
        let mut text = TEXT.to_owned();
        for (old, new) in edits {
            assert!(text.contains(old), "{old}");
            text = text.replacen(old, new, 1);
        }
        let read = |text: &str| Flow::read(text).unwrap_or_else(|findings| panic!("{findings:?}"));
        diff(&read(TEXT), &read(&text)).into_iter().map(|change| (change.what, change.security)).collect()
    }

    fn told(what: &str, security: bool) -> (String, bool) {
        (what.to_owned(), security)
    }

    #[test]
    fn layout_and_comments_are_no_change() {
        assert_eq!(changes(&[("start: skip\n", "start:   skip # here\n\n")]), []);
    }

    #[test]
    fn a_rule_that_is_loosened_is_marked() {
        let changed = changes(&[(
            "maximum_attempts_at_sending:\n      rule: { default: 3,",
            "maximum_attempts_at_sending:\n      rule: { default: 5,",
        )]);

        assert_eq!(changed, [told("setting maximum_attempts_at_sending: default 3 → 5", true)]);
    }

    #[test]
    fn a_way_that_leads_elsewhere_is_told() {
        let changed = changes(&[
            ("        wrong:           wrong\n", "        wrong:           { say: code.dead, go: send }\n"),
            ("{ go: enter, ask: code.too_soon }", "enter"),
        ]);

        let words = "step check: `wrong` now leads to send, saying code.dead; before to wrong";
        assert!(changed.contains(&told(words, true)), "{changed:?}");
        let words = "step send: `too_soon` now leads to enter; before to enter, asking code.too_soon";
        assert!(changed.contains(&told(words, false)), "{changed:?}");
    }

    #[test]
    fn exits_failures_keys_and_words_are_told() {
        let changed = changes(&[
            ("success: { needs: verified }", "success: { label: Done }"),
            ("locked:         { say: cannot, go: settings.behaviour_if_locked }", "locked: goodbye"),
            ("keys: { 0: agent, 9: repeat }", "keys: { 0: agent }"),
            ("code.wrong: El código no coincide.", "code.wrong: Ese código no es."),
        ]);

        assert!(changed.contains(&told("exit success: needs verified → nothing", true)), "{changed:?}");
        assert!(
            changed.contains(&told("otherwise `locked` now leads to goodbye; before to setting behaviour_if_locked, saying cannot", true))
        );
        assert!(changed.contains(&told("key 9 removed", false)));
        assert!(changed.contains(&told("wording of code.wrong changed in es", false)));
        assert_eq!(changed.len(), 4, "{changed:?}");
    }
}
