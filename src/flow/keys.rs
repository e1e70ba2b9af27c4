//! Keys with a meaning of their own: `keys: { 0: agent, 9: repeat }`.

use std::collections::BTreeMap;
use std::ops::Range;

use super::node::{Node, Shape};
use super::reading::Reading;
use super::target::Target;
use super::turn::KeyMeaning;

/// Bound keys, by the character a phone sends.
pub type Keys = BTreeMap<char, BoundKey>;

/// What a bound key does.
#[derive(Debug, Clone)]
pub enum BoundKey {
    /// Says the last words again.
    Repeat,
    /// Gives more time; after digits, forgets them.
    MoreTime,
    /// Leads somewhere.
    Target(Box<Target>),
}

impl BoundKey {
    /// What the page has to know of it.
    pub(super) fn meaning(&self) -> KeyMeaning {
        match self {
            BoundKey::Repeat => KeyMeaning::Repeat,
            BoundKey::MoreTime => KeyMeaning::MoreTime,
            BoundKey::Target(_) => KeyMeaning::Tell,
        }
    }
}

pub(super) fn read_keys(node: Node, reading: &mut Reading) -> Keys {
    let entries = reading.map(node, "keys");
    entries.into_iter().filter_map(|(name, node)| Some((read_key(&name.text, &name.span, reading)?, read_bound(node, reading)?))).collect()
}

/// The key's character: `0` to `9`, `star` or `hash` (`*` and `#` mean something to YAML).
pub(super) fn read_key(key: &str, span: &Range<usize>, reading: &mut Reading) -> Option<char> {
    match key {
        "star" => return Some('*'),
        "hash" => return Some('#'),
        _ => {}
    }
    let mut characters = key.chars();
    match (characters.next(), characters.next()) {
        (Some(digit @ '0'..='9'), None) => Some(digit),
        _ => {
            reading.fault("unknown-key", span, format!("{key} is not a key"), "keys are 0 to 9, star and hash");
            None
        }
    }
}

fn read_bound(node: Node, reading: &mut Reading) -> Option<BoundKey> {
    if let Shape::Text { text, .. } = &node.shape {
        match text.as_str() {
            "repeat" => return Some(BoundKey::Repeat),
            "more_time" => return Some(BoundKey::MoreTime),
            _ => {}
        }
    }
    Target::read(node, reading).map(|target| BoundKey::Target(Box::new(target)))
}
