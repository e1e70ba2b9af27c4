//! The real gateway on the rehearsed world: every flow is a process under its own name.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::tz::TimeZone;
use serde_json::{Value, json};

use crate::finding::nearest;
use crate::flow::{Book, BookError, Chapter, Flow, Overrides, RuleDefinition, SettingFault, SettingKind, Settings};
use crate::release::{Binding, Shelf, Warnings};
use crate::secret::MasterKey;
use crate::store::Store;
use crate::switchboard::{Directory, Process, Services, Switchboard, Tenant, Watch};
use crate::verify::{CustomerServices, Limits, Method};
use crate::web::{Access, Allowance, Base, Gateway, Networks};

use super::consents::RehearsedConsents;
use super::earlier;
use super::gateways::{FALLBACKS, GATEWAYS, RehearsedGateway};
use super::services::RehearsedServices;
use super::world::{TENANT, World};

/// Flows by the names that processes call them by.
pub type Flows = BTreeMap<String, Arc<Flow>>;

/// Where the services are that flows name.
const SERVICES_AT: &str = "https://services.invalid/";

/// Codes and rows of a rehearsal are nobody's secret.
pub(super) const KEY: [u8; 32] = [7; 32];

/// The gateway and what it is made of.
pub(super) struct House<'f> {
    flows: &'f Flows,
    overrides: BTreeMap<&'f str, Overrides>,
    fallbacks: BTreeSet<&'static str>,
    world: Arc<World>,
    pub store: Arc<dyn Store>,
    /// The gateway as it is set now; a call stays with the one that took it.
    pub gateway: Arc<Gateway>,
}

impl<'f> House<'f> {
    pub fn new(flows: &'f Flows, world: Arc<World>, store: Arc<dyn Store>) -> Self {
        let (overrides, fallbacks) = (BTreeMap::new(), BTreeSet::new());
        let gateway = gateway(flows, &overrides, &fallbacks, &world, &store);
        Self { flows, overrides, fallbacks, world, store, gateway }
    }

    /// Sets a setting of every flow that has it, for the calls to come.
    pub fn set(&mut self, name: &str, written: &str) -> Result<(), SettingFault> {
        self.set_to(name, &readings(written))
    }

    /// Gives every flow the service that it knows by this setting, for the calls to come.
    pub fn provide(&mut self, service: &str) -> Result<(), SettingFault> {
        let url = format!("{SERVICES_AT}{service}");
        self.set_to(service, &[json!({ "production": url, "test": url })])
    }

    /// Gives the tenant this second gateway, for the calls to come.
    pub fn add_fallback(&mut self, name: &'static str) {
        self.fallbacks.insert(name);
        self.rebuild();
    }

    fn set_to(&mut self, name: &str, readings: &[Value]) -> Result<(), SettingFault> {
        let declares = |flow: &Flow| flow.settings.iter().any(|setting| setting.name.text == name);
        let is_rule = RuleDefinition::named(name).is_some();
        let declaring: Vec<_> = self.flows.iter().filter(|(_, flow)| declares(flow)).collect();
        let concerned = if declaring.is_empty() && is_rule { self.flows.iter().collect() } else { declaring };
        let mut fault = self.unknown_setting(name);
        let mut is_set = false;
        for (code, flow) in concerned {
            match with_setting(flow, self.overrides.get(code.as_str()), name, readings) {
                Ok(overrides) => {
                    self.overrides.insert(code, overrides);
                    is_set = true;
                }
                Err(wrong) => fault = wrong,
            }
        }
        self.rebuild();
        if is_set { Ok(()) } else { Err(fault) }
    }

    /// Takes a preset of every flow that has it, for the calls to come.
    pub fn preset(&mut self, name: &str) -> Result<(), SettingFault> {
        let mut is_set = false;
        for (code, _) in self.flows.iter().filter(|(_, flow)| flow.presets.contains_key(name)) {
            self.overrides.entry(code).or_default().preset = Some(name.to_owned());
            is_set = true;
        }
        self.rebuild();
        let known = || self.flows.values().flat_map(|flow| flow.presets.keys());
        match is_set {
            true => Ok(()),
            false => Err(SettingFault {
                name: "preset".to_owned(),
                what: format!("no flow has a preset {name:?}"),
                hint: near(name, known().map(String::as_str)),
            }),
        }
    }

    /// Whether the process can be called; `Err` says why not, and what to do about it.
    pub fn check(&self, code: &str) -> Result<(), (String, String)> {
        if !self.flows.contains_key(code) {
            return Err((format!("there is no flow called {code}"), near(code, self.flows.keys().map(String::as_str))));
        }
        book(self.flows, &self.overrides, code).map(|_| ()).map_err(|error| (error.to_string(), String::new()))
    }

    /// The names of the services that flows have settings for.
    pub fn services(&self) -> impl Iterator<Item = &'f str> + Clone {
        let settings = self.flows.values().flat_map(|flow| &flow.settings);
        let services = settings.filter(|setting| matches!(setting.kind, SettingKind::Service { .. }));
        services.map(|setting| setting.name.text.as_str())
    }

    /// Fewest and most digits of a code.
    pub fn code_digits(&self, code: &str) -> (u8, u8) {
        let settings = self.flows.get(code).and_then(|flow| settings(flow, self.overrides.get(code)).ok());
        settings.map(|settings| settings.rules).unwrap_or_default().code_digits()
    }

    fn unknown_setting(&self, name: &str) -> SettingFault {
        let known = self.flows.values().flat_map(|flow| flow.settings.iter().map(|setting| setting.name.text.as_str()));
        SettingFault { name: name.to_owned(), what: "no flow has such a setting".to_owned(), hint: near(name, known) }
    }

    fn rebuild(&mut self) {
        self.gateway = gateway(self.flows, &self.overrides, &self.fallbacks, &self.world, &self.store);
    }
}

/// What to do about a name that nobody knows.
pub(super) fn near<'k>(name: &str, known: impl Iterator<Item = &'k str> + Clone) -> String {
    match nearest(name, known.clone()) {
        Some(near) => format!("did you mean {near}?"),
        None => format!("there are: {}", known.collect::<Vec<_>>().join(", ")),
    }
}

fn with_setting(flow: &Flow, before: Option<&Overrides>, name: &str, readings: &[Value]) -> Result<Overrides, SettingFault> {
    let mut fault = None;
    for value in readings {
        let mut overrides = before.cloned().unwrap_or_default();
        overrides.values.insert(name.to_owned(), value.clone());
        match flow.settings(&overrides) {
            Ok(_) => return Ok(overrides),
            Err(faults) => fault = fault.or(faults.into_iter().next()),
        }
    }
    let nothing = || SettingFault { name: name.to_owned(), what: "it has no value".to_owned(), hint: String::new() };
    Err(fault.unwrap_or_else(nothing))
}

/// What a value can be that stands without quotes: a number or a switch before a text.
fn readings(written: &str) -> Vec<Value> {
    let bare = written.strip_prefix('"').and_then(|bare| bare.strip_suffix('"'));
    let plain = serde_json::from_str(written).ok().filter(|value: &Value| value.is_i64() || value.is_boolean());
    plain.filter(|_| bare.is_none()).into_iter().chain([Value::from(bare.unwrap_or(written))]).collect()
}

fn settings(flow: &Flow, overrides: Option<&Overrides>) -> Result<Settings, Vec<SettingFault>> {
    flow.settings(overrides.unwrap_or(&Overrides::default()))
}

/// The flow and what it calls, each with its own settings; a process that a step names has those of its flow here.
fn book(flows: &Flows, overrides: &BTreeMap<&str, Overrides>, code: &str) -> Result<Book, BookError> {
    Book::gather(code, |name| {
        let name = name.rsplit('/').next().unwrap_or(name);
        let flow = flows.get(name)?;
        let settings = settings(flow, overrides.get(name)).ok()?;
        Some(Chapter { flow: Arc::clone(flow), settings })
    })
}

fn gateway(
    flows: &Flows,
    overrides: &BTreeMap<&str, Overrides>,
    fallbacks: &BTreeSet<&str>,
    world: &Arc<World>,
    store: &Arc<dyn Store>,
) -> Arc<Gateway> {
    let process = |code: &String, flow: &Arc<Flow>| {
        let book = book(flows, overrides, code).ok()?;
        let shelf = Arc::new(Shelf::new(code, Binding::default(), book));
        Some((code.clone(), Arc::new(Process { name: flow.title.clone(), enabled: true, shelf })))
    };
    let processes = flows.iter().filter_map(|(code, flow)| process(code, flow)).chain(earlier::process());
    let services = || Box::new(RehearsedServices { world: Arc::clone(world) }) as Box<dyn CustomerServices>;
    let sends = |(name, kind)| Box::new(RehearsedGateway { name, kind, world: Arc::clone(world) }) as Box<dyn Method>;
    let seconds = FALLBACKS.into_iter().filter(|(name, _)| fallbacks.contains(name));
    let tenant = Tenant {
        time_zone: TimeZone::UTC,
        country: None,
        limits: Limits::default(),
        methods: GATEWAYS.into_iter().chain(seconds).map(sends).collect(),
        services: Services { production: services(), test: services() },
        consent: Some(Box::new(RehearsedConsents { world: Arc::clone(world) })),
        test_calls: true,
        processes: processes.collect(),
    };
    let directory = Directory { tenants: BTreeMap::from([(TENANT.to_owned(), tenant)]) };
    let (clock, chance) = (world.clock.clone(), world.chance.clone());
    let switchboard = Switchboard::new(directory, Arc::clone(store), MasterKey::new(KEY), clock, chance);
    Arc::new(Gateway {
        switchboard: Arc::new(switchboard.watched_by(Arc::clone(world) as Arc<dyn Watch>)),
        store: Arc::clone(store),
        flow_warnings: Arc::new(Warnings::default()),
        access: BTreeMap::from([(TENANT.to_owned(), Access { allow: Networks::loopback(), users: BTreeMap::new() })]),
        trusted_proxies: Networks::default(),
        ops_allow: Networks::loopback(),
        allowance: Allowance { requests_per_second: None, ..Allowance::default() },
        base: Base::default(),
    })
}
