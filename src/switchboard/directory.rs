//! Who offers what: tenants with their processes, gateways and services.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::tz::TimeZone;

use crate::consent::ConsentBook;
use crate::flow::{GrammarFile, Recording};
use crate::release::{Edition, Shelf};
use crate::verify::{CustomerServices, Limits, Method};

/// All tenants, by name.
#[derive(Default)]
pub struct Directory {
    /// The tenants.
    pub tenants: BTreeMap<String, Tenant>,
}

/// One tenant.
pub struct Tenant {
    /// Time zone of its callers.
    pub time_zone: TimeZone,
    /// Country of national numbers (ISO 3166).
    pub country: Option<String>,
    /// What may be used up.
    pub limits: Limits,
    /// Its gateways, in the order in which they are tried.
    pub methods: Vec<Box<dyn Method>>,
    /// The customer's services.
    pub services: Services,
    /// Where consents are kept, where the tenant has such a place.
    pub consent: Option<Box<dyn ConsentBook>>,
    /// Whether platforms may mark calls as tests.
    pub test_calls: bool,
    /// Its processes, by code.
    pub processes: BTreeMap<String, Arc<Process>>,
}

/// The customer's XML web services; production calls and test calls never share them.
pub struct Services {
    /// For production calls.
    pub production: Box<dyn CustomerServices>,
    /// For test calls.
    pub test: Box<dyn CustomerServices>,
}

/// A process: a flow with its settings, under a code.
pub struct Process {
    /// What people call it.
    pub name: String,
    /// Whether it can be run.
    pub enabled: bool,
    /// The versions of its flow.
    pub shelf: Arc<Shelf>,
}

impl Directory {
    /// The recording `LANGUAGE/FILE` of that version, of whatever flow.
    pub fn recording(&self, version: &str, name: &str) -> Option<Recording> {
        self.find(|edition| {
            let mut recordings = edition.book.chapters().filter_map(|(_, chapter)| chapter.flow.prompts.recordings.get(name));
            recordings.find(|recording| recording.version == version).cloned()
        })
    }

    /// The grammar file of that version, of whatever flow.
    pub fn grammar(&self, version: &str, file: &str) -> Option<GrammarFile> {
        self.find(|edition| {
            let mut grammars = edition.book.chapters().filter_map(|(_, chapter)| chapter.flow.grammars.get(file)?.as_ref().ok());
            grammars.find(|grammar| grammar.version == version).cloned()
        })
    }

    /// Looks through every version at hand.
    fn find<F>(&self, of: impl Fn(&Edition) -> Option<F>) -> Option<F> {
        self.processes().flat_map(|process| process.shelf.editions()).find_map(|edition| of(&edition))
    }

    /// The processes of all tenants.
    pub(super) fn processes(&self) -> impl Iterator<Item = &Arc<Process>> {
        self.tenants.values().flat_map(|tenant| tenant.processes.values())
    }

    /// The enabled process of that code, with its tenant.
    pub fn process(&self, tenant: &str, code: &str) -> Option<(&Tenant, &Arc<Process>)> {
        let tenant = self.tenants.get(tenant)?;
        let process = tenant.processes.get(code).filter(|process| process.enabled)?;
        Some((tenant, process))
    }
}
