//! A recording that a prompt names and that is not there: callers would hear the voice, and nobody would know why.

use crate::finding::{Finding, nearest};
use crate::flow::Flow;

/// What is wrong with the recordings that `flow` names; those beside it must be known to it.
pub fn check_recordings(flow: &Flow) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (language, table) in &flow.prompts.tables {
        let named =
            table.values().flat_map(|prompt| prompt.wordings.iter().filter_map(move |wording| Some((prompt, wording.audio.as_ref()?))));
        for (prompt, audio) in named {
            let name = format!("{language}/{audio}");
            if flow.prompts.recordings.contains_key(&name) {
                continue;
            }
            let hint = match nearest(&name, flow.prompts.recordings.keys().map(String::as_str)) {
                Some(near) => format!("did you mean audio/{near}?"),
                None => "put it there, or leave `audio` out: the voice speaks".to_owned(),
            };
            let what = format!("there is no recording audio/{name} beside this flow");
            findings.push(Finding::error("missing-recording", prompt.id.span.clone(), what).hint(hint));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use crate::flow::Recording;

    use super::*;

    const FLOW: &str = include_str!("../../fixtures/flows/missing_recording.yaml");

    #[test]
    fn a_recording_that_is_named_must_be_there() {
        let mut flow = Flow::read(FLOW).unwrap();
        let rules: Vec<&str> = check_recordings(&flow).iter().map(|finding| finding.rule).collect();
        assert_eq!(rules, ["missing-recording"]);

        flow.prompts.recordings.insert("en/welcome.wav".to_owned(), Recording::new(b"RIFF"));

        assert!(check_recordings(&flow).is_empty());
    }
}
