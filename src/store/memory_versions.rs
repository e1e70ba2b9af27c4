//! Flow versions in memory.

use std::collections::BTreeMap;

use jiff::Timestamp;
use rustc_hash::FxHashMap;

use super::call::CallRow;
use super::keys::CallKey;
use super::version::{FlowVersion, Release, ReleaseKind, Released, VersionEntry};

/// Versions, their releases, and which call is on which.
#[derive(Default)]
pub(super) struct Versions {
    kept: BTreeMap<String, Kept>,
    releases: Vec<Released>,
    of_calls: FxHashMap<CallKey, String>,
}

struct Kept {
    version: FlowVersion,
    kept_at: Timestamp,
    used_at: Timestamp,
}

impl Versions {
    /// Keeps a version that is used at `now`.
    pub(super) fn keep(&mut self, version: FlowVersion, now: Timestamp) {
        let kept = |version| Kept { version, kept_at: now, used_at: now };
        self.kept.entry(version.id.clone()).or_insert_with(|| kept(version)).used_at = now;
    }

    /// The version of this id.
    pub(super) fn version(&self, id: &str) -> Option<FlowVersion> {
        self.kept.get(id).map(|kept| kept.version.clone())
    }

    /// The versions of a flow, the newest first.
    pub(super) fn of_flow(&self, flow: &str, calls: &FxHashMap<CallKey, CallRow>) -> Vec<VersionEntry> {
        let entry = |kept: &Kept| {
            let on_it = u32::try_from(self.calls_on(&kept.version.id, calls)).unwrap_or(u32::MAX);
            VersionEntry { id: kept.version.id.clone(), kept_at: kept.kept_at, calls: on_it }
        };
        let mut entries: Vec<_> = self.kept.values().filter(|kept| kept.version.flow == flow).map(entry).collect();
        entries.sort_by_key(|entry| std::cmp::Reverse(entry.kept_at));
        entries
    }

    /// Writes a release down.
    pub(super) fn release(&mut self, release: Release, at: Timestamp) {
        let number = self.releases.last().map_or(1, |last| last.number + 1);
        self.releases.push(Released { release, number, at });
    }

    /// The releases of a flow.
    pub(super) fn releases(&self, flow: &str) -> Vec<Released> {
        self.releases.iter().filter(|released| released.release.flow == flow).cloned().collect()
    }

    /// The newest release of each flow that is no file's.
    pub(super) fn published(&self) -> Vec<Released> {
        let by_people = self.releases.iter().filter(|released| released.release.how != ReleaseKind::File);
        let newest: BTreeMap<&str, &Released> = by_people.map(|released| (released.release.flow.as_str(), released)).collect();
        newest.into_values().cloned().collect()
    }

    /// A call begins on a version and stays there.
    pub(super) fn begin(&mut self, call: CallKey, version: &str) {
        self.of_calls.insert(call, version.to_owned());
    }

    /// Removes versions that nobody has used since `due`, and releases of those that are gone; tells how many versions.
    pub(super) fn sweep(&mut self, calls: &FxHashMap<CallKey, CallRow>, due: Timestamp) -> u64 {
        self.of_calls.retain(|call, _| calls.contains_key(call));
        let needed = |id: &str| self.calls_on(id, calls) > 0 || self.is_published(id);
        let swept: Vec<String> =
            self.kept.iter().filter(|(id, kept)| kept.used_at <= due && !needed(id)).map(|(id, _)| id.clone()).collect();
        self.kept.retain(|id, _| !swept.contains(id));
        self.releases.retain(|released| released.at > due || self.kept.contains_key(&released.release.version));
        u64::try_from(swept.len()).unwrap_or(u64::MAX)
    }

    fn calls_on(&self, id: &str, calls: &FxHashMap<CallKey, CallRow>) -> usize {
        let goes_on = |call: &CallKey| calls.get(call).is_some_and(|row| row.ended_at.is_none());
        self.of_calls.iter().filter(|(call, version)| *version == id && goes_on(call)).count()
    }

    fn is_published(&self, id: &str) -> bool {
        self.releases.iter().any(|released| released.release.version == id && released.release.how != ReleaseKind::File)
    }
}
