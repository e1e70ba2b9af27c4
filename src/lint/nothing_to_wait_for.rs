//! A wait for something that cannot change while the caller waits: it is so at once, or never.

use crate::finding::Finding;
use crate::flow::Kind;

use super::roads::Roads;

/// What changes by itself: the time, and what time does to codes and verdicts.
const CHANGING: [&str; 4] = ["now", "code", "verification", "call"];

pub(super) fn check(roads: &Roads<'_>) -> Vec<Finding> {
    let waits = roads.steps.iter().filter_map(|(step, _)| {
        let Kind::Wait(wait) = &step.kind else { return None };
        Some((step, wait.until.as_ref()?))
    });
    let idle = waits.filter(|(_, until)| until.names().iter().all(|(root, _)| !CHANGING.contains(&root.as_str())));
    idle.map(|(step, until)| {
        let what = format!("{} does not change while the step {} waits: it is so at once, or never", until.source, step.id.text);
        Finding::error("nothing-to-wait-for", until.span.clone(), what)
            .hint("wait for now, code or verification; or leave `for` out, and ask a service again after the wait")
    })
    .collect()
}
