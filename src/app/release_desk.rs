//! Where versions are made live from the command line: an installation's configuration and its store.

use std::error::Error;
use std::path::Path;
use std::sync::Arc;

use crate::clock::Clock;
use crate::config::Config;
use crate::release::{Binding, Edition, Flows};
use crate::store::{self, FlowVersion, Release, ReleaseKind, Store};

use super::compose::binding;

/// An installation, without the gateways that run.
pub(super) struct ReleaseDesk {
    /// Its configuration.
    pub config: Config,
    /// Its store, which the gateways share.
    pub store: Arc<dyn Store>,
}

impl ReleaseDesk {
    /// Opens the store that the configuration names.
    pub async fn open(config: Option<&Path>) -> Result<Self, Box<dyn Error>> {
        let config = Config::load(config, std::env::vars())?;
        let url = config.storage.url.expose();
        if url.starts_with("memory:") {
            return Err("the store of this configuration is in the memory of the gateway: set store.url to keep versions".into());
        }
        let store = store::open(url, Clock::system()).await?;
        Ok(Self { config, store })
    }

    /// The version of the flow `name` among these, once it fits every process that runs it.
    pub fn version(&self, name: &str, flows: &Flows) -> Result<FlowVersion, Box<dyn Error>> {
        let mut version = None;
        for (place, binding) in self.processes(name) {
            let book = binding.strictly(name, flows).map_err(|misfit| format!("the process {place} cannot run it: {misfit}"))?;
            version = Some(Edition::of(book).version());
        }
        match version {
            Some(version) => Ok(version),
            None => {
                eprintln!("no process runs the flow {name}: it will be live when one does");
                Ok(Edition::of(Binding::default().strictly(name, flows)?).version())
            }
        }
    }

    /// Makes a version live for new calls.
    pub async fn release(&self, version: FlowVersion, how: ReleaseKind, note: String) -> Result<(), Box<dyn Error>> {
        let release = Release { flow: version.flow.clone(), version: version.id.clone(), how, who: person(), note };
        self.store.keep_version(version).await?;
        Ok(self.store.release(release).await?)
    }

    fn processes(&self, flow: &str) -> impl Iterator<Item = (String, Binding)> {
        self.config.tenants.iter().flat_map(move |(name, tenant)| {
            let running = tenant.processes.iter().filter(move |process| process.flow.value == flow);
            running.map(move |process| (format!("{name}/{}", process.code), binding(process, tenant)))
        })
    }
}

/// Who gives the command, as the system knows them.
fn person() -> String {
    let named = ["SUDO_USER", "USER", "LOGNAME"].iter().find_map(|name| std::env::var(name).ok().filter(|name| !name.is_empty()));
    named.unwrap_or_else(|| "somebody".to_owned())
}
