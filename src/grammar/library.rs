//! The grammars that others refer to, by address; whoever can fetch fills it.

use std::collections::HashMap;
use std::sync::Arc;

use url::Url;

use super::source::{Grammar, Reference};

/// Grammars by URI. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Library {
    grammars: HashMap<Url, Arc<Grammar>>,
}

impl Library {
    /// Puts a grammar in; a fragment in `uri` is left out.
    pub fn insert(&mut self, uri: &Url, grammar: Grammar) {
        self.grammars.insert(without_fragment(uri), Arc::new(grammar));
    }

    /// The grammar at `uri`.
    pub fn grammar(&self, uri: &Url) -> Option<&Arc<Grammar>> {
        self.grammars.get(&without_fragment(uri))
    }

    /// What `grammar` needs, itself or through others, and what is not here yet. Empty: it can be linked.
    pub fn missing(&self, grammar: &Grammar) -> Vec<Reference> {
        let mut missing = Vec::new();
        let mut seen = std::collections::HashSet::new();
        let mut pending = grammar.references();
        while let Some(reference) = pending.pop() {
            if !seen.insert(reference.uri.clone()) {
                continue;
            }
            match self.grammars.get(&reference.uri) {
                Some(known) => pending.extend(known.references()),
                None => missing.push(reference),
            }
        }
        missing
    }
}

fn without_fragment(uri: &Url) -> Url {
    let mut uri = uri.clone();
    uri.set_fragment(None);
    uri
}
