//! Flow versions in memory.

use std::collections::{BTreeMap, HashMap};

use async_trait::async_trait;
use jiff::Timestamp;

use super::call::CallRow;
use super::error::StoreError;
use super::keys::CallKey;
use super::memory::MemoryStore;
use super::version::{FlowVersion, Release, ReleaseKind, Released, VersionEntry};
use super::version_surface::VersionStore;

/// Versions, their releases, and which call is on which.
#[derive(Default)]
pub(super) struct Versions {
    kept: BTreeMap<String, Kept>,
    releases: Vec<Released>,
    of_calls: HashMap<CallKey, String>,
}

struct Kept {
    version: FlowVersion,
    kept_at: Timestamp,
    used_at: Timestamp,
}

#[async_trait]
impl VersionStore for MemoryStore {
    async fn keep_version(&self, version: FlowVersion) -> Result<(), StoreError> {
        let now = self.clock.now();
        let kept = |version| Kept { version, kept_at: now, used_at: now };
        self.tables().versions.kept.entry(version.id.clone()).or_insert_with(|| kept(version)).used_at = now;
        Ok(())
    }

    async fn version(&self, id: &str) -> Result<Option<FlowVersion>, StoreError> {
        Ok(self.tables().versions.kept.get(id).map(|kept| kept.version.clone()))
    }

    async fn versions(&self, flow: &str) -> Result<Vec<VersionEntry>, StoreError> {
        let tables = self.tables();
        let of_flow = tables.versions.kept.values().filter(|kept| kept.version.flow == flow);
        let entry = |kept: &Kept| {
            let calls = tables.versions.calls_on(&kept.version.id, &tables.calls);
            VersionEntry { id: kept.version.id.clone(), kept_at: kept.kept_at, calls: u32::try_from(calls).unwrap_or(u32::MAX) }
        };
        let mut entries: Vec<_> = of_flow.map(entry).collect();
        entries.sort_by_key(|entry| std::cmp::Reverse(entry.kept_at));
        Ok(entries)
    }

    async fn release(&self, release: Release) -> Result<(), StoreError> {
        let at = self.clock.now();
        let releases = &mut self.tables().versions.releases;
        let number = releases.last().map_or(1, |last| last.number + 1);
        releases.push(Released { release, number, at });
        Ok(())
    }

    async fn releases(&self, flow: &str) -> Result<Vec<Released>, StoreError> {
        Ok(self.tables().versions.releases.iter().filter(|released| released.release.flow == flow).cloned().collect())
    }

    async fn published(&self) -> Result<Vec<Released>, StoreError> {
        let tables = self.tables();
        let by_people = tables.versions.releases.iter().filter(|released| released.release.how != ReleaseKind::File);
        let newest: BTreeMap<&str, &Released> = by_people.map(|released| (released.release.flow.as_str(), released)).collect();
        Ok(newest.into_values().cloned().collect())
    }
}

impl Versions {
    /// A call begins on a version and stays there.
    pub(super) fn begin(&mut self, call: CallKey, version: &str) {
        self.of_calls.insert(call, version.to_owned());
    }

    /// Removes versions that nobody has used since `due`, and releases of those that are gone; tells how many versions.
    pub(super) fn sweep(&mut self, calls: &HashMap<CallKey, CallRow>, due: Timestamp) -> u64 {
        self.of_calls.retain(|call, _| calls.contains_key(call));
        let needed = |id: &str| self.calls_on(id, calls) > 0 || self.is_published(id);
        let swept: Vec<String> =
            self.kept.iter().filter(|(id, kept)| kept.used_at <= due && !needed(id)).map(|(id, _)| id.clone()).collect();
        self.kept.retain(|id, _| !swept.contains(id));
        self.releases.retain(|released| released.at > due || self.kept.contains_key(&released.release.version));
        u64::try_from(swept.len()).unwrap_or(u64::MAX)
    }

    fn calls_on(&self, id: &str, calls: &HashMap<CallKey, CallRow>) -> usize {
        let goes_on = |call: &CallKey| calls.get(call).is_some_and(|row| row.ended_at.is_none());
        self.of_calls.iter().filter(|(call, version)| *version == id && goes_on(call)).count()
    }

    fn is_published(&self, id: &str) -> bool {
        self.releases.iter().any(|released| released.release.version == id && released.release.how != ReleaseKind::File)
    }
}
