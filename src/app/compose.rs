//! From a configuration to a running house: tenants, gateways, switchboard and HTTP door put together.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value};
use tracing::error;

use crate::clients::{HttpClient, HttpSetupError, MailServer, SmsGateway, WebServices};
use crate::clock::{Chance, Clock};
use crate::config::{Config, Finding, Findings, Process as ProcessConfig, Tenant as TenantConfig};
use crate::flow::{Flow, Overrides, Settings};
use crate::store::{self, Store, StoreError};
use crate::switchboard::{Directory, Process, Services, Switchboard, Tenant};
use crate::verify::{ByEmail, BySms, Method};
use crate::web::{Access, Gateway};

use super::flows::FlowLibrary;
use super::master_key::{KeyFileError, master_key};

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
    let switchboard = Arc::new(Switchboard::new(directory, Arc::clone(&store), key, clock, chance));
    let access = config.tenants.iter().map(|(name, tenant)| (name.clone(), access(tenant))).collect();
    let base = config.http.public_url.as_ref().map(|url| url.as_str().trim_end_matches('/').to_owned()).unwrap_or_default();
    let gateway = Gateway {
        switchboard: Arc::clone(&switchboard),
        store: Arc::clone(&store),
        access,
        trusted_proxies: config.http.trusted_proxies.clone(),
        ops_allow: config.http.ops_allow.clone(),
        base,
    };
    Ok(Composition { gateway: Arc::new(gateway), switchboard, store })
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
    findings: &mut Vec<Finding>,
) -> Result<Tenant, ComposeError> {
    let wrong =
        |finding: crate::clients::Finding| ComposeError::Connection { tenant: name.to_owned(), field: finding.field, what: finding.what };
    let services = &tenant.connections.web_services;
    let services = Services {
        production: Box::new(WebServices::new(http.clone(), services.production.clone()).map_err(wrong)?),
        test: Box::new(WebServices::new(http.clone(), services.test.clone()).map_err(wrong)?),
    };
    let mut processes = BTreeMap::new();
    for process in &tenant.processes {
        if let Some(composed) = compose_process(process, flows, findings) {
            processes.insert(process.code.clone(), Arc::new(composed));
        }
    }
    Ok(Tenant {
        time_zone: tenant.time_zone.clone(),
        country: tenant.default_country.clone(),
        limits: tenant.limits,
        methods: gateways(tenant, http, clock).map_err(wrong)?,
        services,
        test_calls: tenant.platforms.test_calls,
        processes,
    })
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

fn compose_process(process: &ProcessConfig, flows: &FlowLibrary, findings: &mut Vec<Finding>) -> Option<Process> {
    let Some(flow) = flows.find(&process.flow.value) else {
        let place = process.flow.place.clone();
        let known = flows.names().collect::<Vec<_>>().join(", ");
        let help = crate::finding::nearest(&process.flow.value, flows.names())
            .map_or(format!("flows there are: {known}"), |near| format!("did you mean {near}?"));
        findings.push(Finding::new(place, format!("there is no flow called {}", process.flow.value)).with_help(help));
        return None;
    };
    let settings = compose_settings(process, flow, findings)?;
    Some(Process { name: process.name.clone(), enabled: process.enabled, flow: Arc::clone(flow), settings })
}

fn compose_settings(process: &ProcessConfig, flow: &Flow, findings: &mut Vec<Finding>) -> Option<Settings> {
    let values: Map<String, Value> = process.settings.iter().map(|(name, setting)| (name.clone(), to_json(&setting.value))).collect();
    let preset = process.preset.as_ref().map(|preset| preset.value.clone()).filter(|preset| preset != "none");
    let overrides = Overrides { preset, values, paths: process.paths.iter().cloned().collect() };
    match flow.settings(&overrides) {
        Ok(settings) => Some(settings),
        Err(faults) => {
            for fault in faults {
                let setting = process.settings.get(&fault.name).map(|setting| &setting.place);
                let place = setting.or(process.preset.as_ref().map(|preset| &preset.place)).unwrap_or(&process.flow.place);
                let finding = Finding::new(place.clone(), format!("{}: {}", fault.name, fault.what));
                findings.push(if fault.hint.is_empty() { finding } else { finding.with_help(fault.hint) });
            }
            None
        }
    }
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
