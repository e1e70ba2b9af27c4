//! Who offers what: tenants with their processes, gateways and services.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::tz::TimeZone;

use crate::consent::ConsentBook;
use crate::flow::{Book, Chapter, Flow, GrammarFile, Recording, Rules};
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
#[derive(Debug)]
pub struct Process {
    /// What people call it.
    pub name: String,
    /// Whether it can be run.
    pub enabled: bool,
    /// Its flow, and all the flows that this one calls.
    pub book: Book,
}

impl Process {
    /// The flow that a call begins with; a book that was gathered has it.
    pub fn root(&self) -> Option<&Chapter> {
        self.book.chapter(self.book.root())
    }

    /// The rules of the flow that a call begins with.
    pub fn rules(&self) -> Option<&Rules> {
        self.root().map(|root| &root.settings.rules)
    }
}

impl Directory {
    /// The recording `LANGUAGE/FILE` of that version, of whatever flow.
    pub fn recording(&self, version: &str, name: &str) -> Option<Recording> {
        let mut recordings = self.flows().filter_map(|flow| flow.prompts.recordings.get(name));
        recordings.find(|recording| recording.version == version).cloned()
    }

    /// The grammar file of that version, of whatever flow.
    pub fn grammar(&self, version: &str, file: &str) -> Option<GrammarFile> {
        let mut grammars = self.flows().filter_map(|flow| flow.grammars.get(file)?.as_ref().ok());
        grammars.find(|grammar| grammar.version == version).cloned()
    }

    fn flows(&self) -> impl Iterator<Item = &Flow> {
        let processes = self.tenants.values().flat_map(|tenant| tenant.processes.values());
        processes.flat_map(|process| process.book.chapters()).map(|(_, chapter)| chapter.flow.as_ref())
    }

    /// The enabled process of that code, with its tenant.
    pub fn process(&self, tenant: &str, code: &str) -> Option<(&Tenant, &Arc<Process>)> {
        let tenant = self.tenants.get(tenant)?;
        let process = tenant.processes.get(code).filter(|process| process.enabled)?;
        Some((tenant, process))
    }
}
