//! From a configuration to a running house: tenants, gateways, switchboard and HTTP door put together.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value};
use tracing::{error, warn};

use crate::clients::{
    ConsentService, HttpClient, HttpSetupError, MailServer, SmsGateway, WebServiceSettings, WebServices, WebServicesSettings,
};
use crate::clock::{Chance, Clock};
use crate::config::{Config, Findings, Found, Process as ProcessConfig, Tenant as TenantConfig};
use crate::consent::ConsentBook;
use crate::flow::{Book, Chapter, Flow, Overrides, SettingFault, Settings};
use crate::passage::TokenSigner;
use crate::release::{Binding, Releases, Shelf};
use crate::store::{self, Store, StoreError};
use crate::switchboard::{Directory, Process, Services, Switchboard, Tenant};
use crate::verify::{ByEmail, BySms, Method};
use crate::web::{Access, Base, Gateway, record_metrics};

use super::flows::FlowLibrary;
use super::master_key::{KeyFileError, master_key};

/// How long the consent service may take.
const CONSENT_PATIENCE: Duration = Duration::from_secs(5);
/// How often idle calls are ended and old rows are swept.
const TIDY_EVERY: Duration = Duration::from_secs(30);

/// A house that can be served.
pub struct Composition {
    /// The HTTP door.
    pub gateway: Arc<Gateway>,
    /// The switchboard behind it.
    pub switchboard: Arc<Switchboard>,
    /// The store below.
    pub store: Arc<dyn Store>,
    /// Which versions of flows are live.
    pub releases: Arc<Releases>,
    /// Who signs results for whoever takes a call over.
    pub signer: Arc<TokenSigner>,
}

/// Why a configuration does not make a house.
#[derive(Debug, thiserror::Error)]
pub enum ComposeError {
    /// Processes that do not fit their flows.
    #[error(transparent)]
    Findings(#[from] Findings),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The master key.
    #[error(transparent)]
    Key(#[from] KeyFileError),
    /// The HTTP client.
    #[error(transparent)]
    Http(#[from] HttpSetupError),
    /// A gateway or service of a tenant.
    #[error("tenants.{tenant}.{field} {what}")]
    Connection {
        /// The tenant.
        tenant: String,
        /// The setting.
        field: String,
        /// What is wrong with it.
        what: String,
    },
}

/// Puts a house together.
pub async fn compose(config: &Config, flows: &FlowLibrary, clock: Clock, chance: Chance) -> Result<Composition, ComposeError> {
    // Whoever counts keeps what he counts by: the recorder is there before all.
    record_metrics();
    let http = HttpClient::new()?;
    let mut findings = Vec::new();
    let mut directory = Directory::default();
    for (name, tenant) in &config.tenants {
        let composed = compose_tenant(name, tenant, flows, &http, &clock, &mut findings)?;
        directory.tenants.insert(name.clone(), composed);
    }
    if !findings.is_empty() {
        return Err(Findings(findings).into());
    }
    let key = master_key(&config.storage, &chance)?;
    let store = store::open(config.storage.url.expose(), clock.clone()).await?;
    let signer = Arc::new(TokenSigner::new(&key, clock.clone()));
    let shelves = directory.tenants.values().flat_map(|tenant| tenant.processes.values().map(|process| Arc::clone(&process.shelf)));
    let releases = Releases::new(Arc::clone(&store), shelves.collect(), &node_name(), flows.flows().clone());
    releases.look().await?;
    let switchboard = Arc::new(Switchboard::new(directory, Arc::clone(&store), key, clock, chance));
    let access = config.tenants.iter().map(|(name, tenant)| (name.clone(), access(tenant))).collect();
    let base = config.http.public_url.as_ref().map(|url| Base::new(url.as_str())).unwrap_or_default();
    let gateway = Gateway {
        switchboard: Arc::clone(&switchboard),
        store: Arc::clone(&store),
        flow_warnings: releases.warnings(),
        access,
        trusted_proxies: config.http.trusted_proxies.clone(),
        ops_allow: config.http.ops_allow.clone(),
        allowance: config.http.allowance,
        base,
    };
    Ok(Composition { gateway: Arc::new(gateway), switchboard, store, releases: Arc::new(releases), signer })
}

impl Composition {
    /// Ends idle calls and sweeps old rows, again and again, for as long as it is polled.
    pub async fn tidy(switchboard: Arc<Switchboard>, config: &Config) {
        let idle = Duration::from_secs(u64::from(config.http.call_idle_minutes) * 60);
        let records = Duration::from_secs(u64::from(config.storage.keep_days) * 24 * 3600);
        let mut every = tokio::time::interval(TIDY_EVERY);
        loop {
            every.tick().await;
            if let Err(fault) = switchboard.tidy(idle, records).await {
                error!("idle calls and old rows were not tidied up: {fault}");
            }
        }
    }
}

fn access(tenant: &TenantConfig) -> Access {
    Access { allow: tenant.platforms.allow.clone(), users: tenant.platforms.users.clone() }
}

fn compose_tenant(
    name: &str,
    tenant: &TenantConfig,
    flows: &FlowLibrary,
    http: &HttpClient,
    clock: &Clock,
    findings: &mut Vec<Found>,
) -> Result<Tenant, ComposeError> {
    let wrong =
        |finding: crate::clients::Finding| ComposeError::Connection { tenant: name.to_owned(), field: finding.field, what: finding.what };
    let services = &tenant.connections.web_services;
    if tenant.platforms.test_calls {
        untestable(services).into_iter().for_each(|service| {
            warn!("tenants.{name}.web_services.test.{service} is empty: test calls fail there; set it, or test_calls = false");
        });
    }
    let services = Services {
        production: Box::new(WebServices::new(http.clone(), services.production.clone()).map_err(wrong)?),
        test: Box::new(WebServices::new(http.clone(), services.test.clone()).map_err(wrong)?),
    };
    let mut processes = BTreeMap::new();
    for process in &tenant.processes {
        if let Some(composed) = compose_process(process, (name, tenant), flows, findings) {
            processes.insert(process.code.clone(), Arc::new(composed));
        }
    }
    Ok(Tenant {
        time_zone: tenant.time_zone.clone(),
        country: tenant.default_country.clone(),
        limits: tenant.limits,
        methods: gateways(tenant, http, clock).map_err(wrong)?,
        services,
        consent: consent(tenant, http, clock).map_err(wrong)?,
        test_calls: tenant.platforms.test_calls,
        processes,
    })
}

fn consent(tenant: &TenantConfig, http: &HttpClient, clock: &Clock) -> Result<Option<Box<dyn ConsentBook>>, crate::clients::Finding> {
    let Some(settings) = &tenant.connections.consent else { return Ok(None) };
    let service = ConsentService::new(http.clone(), settings, CONSENT_PATIENCE, clock.clone())?;
    Ok(Some(Box::new(service)))
}

/// The services that production calls have and test calls lack: they never share one (AMB-24).
fn untestable(services: &WebServicesSettings) -> Vec<&'static str> {
    let urls = |settings: &WebServiceSettings| {
        let WebServiceSettings { check_verified_contact_methods, send_authentication_code, code_authentication, .. } = settings;
        [check_verified_contact_methods, send_authentication_code, code_authentication].map(|url| !url.is_empty())
    };
    let names = ["check_verified_contact_methods", "send_authentication_code", "code_authentication"];
    let lacking = urls(&services.production).into_iter().zip(urls(&services.test)).map(|(production, test)| production && !test);
    names.into_iter().zip(lacking).filter(|(_, lacking)| *lacking).map(|(name, _)| name).collect()
}

/// The tenant's gateways, the second ones after the first.
fn gateways(tenant: &TenantConfig, http: &HttpClient, clock: &Clock) -> Result<Vec<Box<dyn Method>>, crate::clients::Finding> {
    let connections = &tenant.connections;
    let mut methods: Vec<Box<dyn Method>> = Vec::new();
    for (name, settings) in [("sms", &connections.sms), ("sms fallback", &connections.fallback.sms)] {
        if let Some(settings) = settings {
            methods.push(Box::new(BySms::new(name, SmsGateway::new(http.clone(), settings)?)));
        }
    }
    for (name, settings) in [("email", &connections.email), ("email fallback", &connections.fallback.email)] {
        if let Some(settings) = settings {
            methods.push(Box::new(ByEmail::new(name, MailServer::new(settings, clock.clone())?)));
        }
    }
    Ok(methods)
}

fn compose_process(
    process: &ProcessConfig,
    (tenant_name, tenant): (&str, &TenantConfig),
    flows: &FlowLibrary,
    findings: &mut Vec<Found>,
) -> Option<Process> {
    let name = &process.flow.value;
    if flows.find(name).is_none() {
        let known = flows.names().collect::<Vec<_>>().join(", ");
        let near = crate::finding::nearest(name, flows.names());
        let help = near.map_or(format!("flows there are: {known}"), |near| format!("did you mean {near}?"));
        findings.push(process.flow.place.clone().finding(format!("there is no flow called {name}"), help));
        return None;
    }
    let wrong = findings.len();
    let chapters = chapters(process, tenant, flows, findings);
    if findings.len() > wrong {
        return None;
    }
    match Book::gather(name, |name| chapters.get(name).cloned()) {
        Ok(book) => {
            let shelf = Shelf::new(&format!("{tenant_name}/{}", process.code), binding(process, tenant), book);
            Some(Process { name: process.name.clone(), enabled: process.enabled, shelf: Arc::new(shelf) })
        }
        Err(error) => {
            findings.push(process.flow.place.clone().finding(error.to_string(), ""));
            None
        }
    }
}

/// Every flow with the settings that it would run with in this process: its own for the process's flow; for the others those of
/// the process of the flow's name, else the flow's defaults; and those of every process under its name, for calls that name one.
fn chapters(process: &ProcessConfig, tenant: &TenantConfig, flows: &FlowLibrary, findings: &mut Vec<Found>) -> BTreeMap<String, Chapter> {
    let mut chapters = BTreeMap::new();
    for name in flows.names() {
        let Some(flow) = flows.find(name) else { continue };
        let own = name == process.flow.value;
        let other = tenant.processes.iter().find(|other| other.code == name && other.flow.value == name);
        let settings = match (own, other) {
            (true, _) => compose_settings(process, flow, findings),
            // What is wrong with another process is found where that one is put together.
            (false, Some(other)) => compose_settings(other, flow, &mut Vec::new()),
            (false, None) => flow.settings(&Overrides::default()).ok(),
        };
        chapters.extend(settings.map(|settings| (name.to_owned(), Chapter { flow: Arc::clone(flow), settings })));
    }
    chapters.extend(tenant.processes.iter().filter_map(|other| chapter_of(other, flows)));
    chapters
}

fn chapter_of(process: &ProcessConfig, flows: &FlowLibrary) -> Option<(String, Chapter)> {
    let name = &process.flow.value;
    let flow = flows.find(name)?;
    // What is wrong with another process is found where that one is put together.
    let settings = compose_settings(process, flow, &mut Vec::new())?;
    Some((format!("{}/{name}", process.code), Chapter { flow: Arc::clone(flow), settings }))
}

fn compose_settings(process: &ProcessConfig, flow: &Flow, findings: &mut Vec<Found>) -> Option<Settings> {
    flow.settings(&overrides(process))
        .map_err(|faults| findings.extend(faults.into_iter().map(|fault| setting_finding(process, fault))))
        .ok()
}

/// What a process says of every flow that it may come to.
pub(super) fn binding(process: &ProcessConfig, tenant: &TenantConfig) -> Binding {
    let of_their_flows = tenant.processes.iter().filter(|other| other.code == other.flow.value);
    let named = of_their_flows.chain([process]).map(|process| (process.flow.value.clone(), overrides(process)));
    let by_process = tenant.processes.iter().map(|other| (format!("{}/{}", other.code, other.flow.value), overrides(other)));
    Binding { overrides: named.chain(by_process).collect() }
}

fn overrides(process: &ProcessConfig) -> Overrides {
    let values: Map<String, Value> = process.settings.iter().map(|(name, setting)| (name.clone(), to_json(&setting.value))).collect();
    let preset = process.preset.as_ref().map(|preset| preset.value.clone()).filter(|preset| preset != "none");
    Overrides { preset, values, paths: process.paths.iter().cloned().collect() }
}

/// What this node calls itself where it writes down what it has done.
fn node_name() -> String {
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    if name.trim().is_empty() { "a node without a name".to_owned() } else { name.trim().to_owned() }
}

fn setting_finding(process: &ProcessConfig, fault: SettingFault) -> Found {
    let setting = process.settings.get(&fault.name).map(|setting| &setting.place);
    let place = setting.or(process.preset.as_ref().map(|preset| &preset.place)).unwrap_or(&process.flow.place);
    place.clone().finding(format!("{}: {}", fault.name, fault.what), fault.hint)
}

fn to_json(value: &toml::Value) -> Value {
    match value {
        toml::Value::String(text) => Value::from(text.as_str()),
        toml::Value::Integer(number) => Value::from(*number),
        toml::Value::Float(number) => Value::from(*number),
        toml::Value::Boolean(switch) => Value::from(*switch),
        toml::Value::Datetime(moment) => Value::from(moment.to_string()),
        toml::Value::Array(list) => list.iter().map(to_json).collect(),
        toml::Value::Table(table) => Value::Object(table.iter().map(|(name, value)| (name.clone(), to_json(value))).collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_production_calls_have_is_named() {
        let full = WebServiceSettings { check_verified_contact_methods: "http://127.0.0.1/a".to_owned(), ..WebServiceSettings::default() };
        let settings = WebServicesSettings { production: full.clone(), test: WebServiceSettings::default() };

        assert_eq!(untestable(&settings), ["check_verified_contact_methods"]);
        assert!(untestable(&WebServicesSettings { test: full, ..settings }).is_empty());
    }
}
