//! Event counters, and which handler an event goes to (VoiceXML 2.0 §5.2.2, §5.2.4, §5.2.5).

use std::collections::BTreeMap;
use std::sync::Arc;

use super::document::Handler;
use super::thrown::Run;

/// How often events came, by name and by each dotted beginning of the name; the empty name counts all.
#[derive(Debug, Default)]
pub(super) struct Counters(BTreeMap<String, u32>);

impl Counters {
    /// One occurrence of `event`, and nothing before it.
    pub fn first(event: &str) -> Self {
        let mut counters = Self::default();
        counters.count(event);
        counters
    }

    /// Counts one occurrence of `event`.
    pub fn count(&mut self, event: &str) {
        let ends = event.match_indices('.').map(|(at, _)| at).chain([0, event.len()]);
        for end in ends {
            *self.0.entry(event[..end].to_owned()).or_default() += 1;
        }
    }

    fn of(&self, name: &str) -> u32 {
        self.0.get(name).copied().unwrap_or_default()
    }
}

/// What the platform does when no handler of the page fits (§5.2.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PlatformHandler {
    Nothing,
    Reprompt,
    /// Says something, then prompts again.
    Say(&'static str),
    Exit,
}

impl PlatformHandler {
    /// The platform's handler for `event`.
    pub fn of(event: &str) -> Self {
        match event {
            "cancel" => Self::Nothing,
            "noinput" => Self::Reprompt,
            "nomatch" => Self::Say("I did not understand."),
            "help" => Self::Say("No help is available."),
            "maxspeechtimeout" => Self::Say("That was too long."),
            _ => Self::Exit,
        }
    }
}

/// Whether a handler for `name` is one for `event`: equal, or a beginning that ends at a dot.
fn catches(name: &str, event: &str) -> bool {
    let name = name.trim_end_matches('.');
    event.strip_prefix(name).is_some_and(|rest| name.is_empty() || rest.is_empty() || rest.starts_with('.'))
}

/// The handler that `event` goes to, among `handlers` in order of scope and document (§5.2.4).
pub(super) fn choose<'h>(
    handlers: impl Iterator<Item = &'h Arc<Handler>>,
    event: &str,
    counters: &Counters,
    mut is_true: impl FnMut(&str) -> Run<bool>,
) -> Run<Option<Arc<Handler>>> {
    let mut best: Option<&Arc<Handler>> = None;
    for handler in handlers {
        let Some(occurrences) = occurrences(handler, event, counters) else { continue };
        let is_eligible = handler.count <= occurrences && best.is_none_or(|best| handler.count > best.count);
        if is_eligible && handler.cond.as_deref().map_or(Ok(true), &mut is_true)? {
            best = Some(handler);
        }
    }
    Ok(best.cloned())
}

/// How often what the handler catches has come; none when it does not catch `event`.
fn occurrences(handler: &Handler, event: &str, counters: &Counters) -> Option<u32> {
    if handler.events.is_empty() {
        return Some(counters.of(""));
    }
    let caught = handler.events.iter().filter(|name| catches(name, event));
    caught.map(|name| counters.of(name.trim_end_matches('.'))).max()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn handler(events: &str, count: u32) -> Arc<Handler> {
        Arc::new(Handler {
            events: events.split_whitespace().map(str::to_owned).collect(),
            count,
            cond: None,
            content: Arc::from([]),
            line: 1,
        })
    }

    fn chosen(handlers: &[Arc<Handler>], event: &str, times: u32) -> Option<usize> {
        let mut counters = Counters::default();
        (0..times).for_each(|_| counters.count(event));
        let found = choose(handlers.iter(), event, &counters, |_| Ok(true)).unwrap()?;
        handlers.iter().position(|handler| Arc::ptr_eq(handler, &found))
    }

    #[test]
    fn an_outer_handler_with_a_higher_count_beats_an_inner_one() {
        let handlers = [handler("noinput", 1), handler("noinput", 3), handler("noinput", 2)];

        assert_eq!((1..=4).map(|times| chosen(&handlers, "noinput", times)).collect::<Vec<_>>(), [Some(0), Some(2), Some(1), Some(1)]);
    }

    #[test]
    fn names_are_compared_token_by_token() {
        let handlers = [handler("connection.disconnect", 1)];

        assert_eq!(chosen(&handlers, "connection.disconnect.hangup", 1), Some(0));
        assert_eq!(chosen(&handlers, "connection.disconnected", 1), None);
    }

    #[test]
    fn a_shorter_name_counts_all_events_below_it() {
        let handlers = [handler("event.foo", 2)];
        let mut counters = Counters::default();
        counters.count("event.foo.1");
        counters.count("event.foo.2");

        let found = choose(handlers.iter(), "event.foo.2", &counters, |_| Ok(true)).unwrap();

        assert!(found.is_some());
    }
}
