//! Versions by what people call them: a flow's name and the beginning of an id.

use crate::store::{FlowVersion, Released, StoreError, VersionStore};

/// Fewest digits of an id that are taken for it.
const FEWEST: usize = 4;
/// How many digits of an id people are shown.
const SHOWN: usize = 12;

/// A version that was not found.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Too little was said.
    #[error("{0:?} is too short for a version: give four digits of it or more")]
    Short(String),
    /// There is none.
    #[error("the flow {flow} has no version {given}; `callward flow versions {flow}` lists them")]
    Unknown {
        /// The flow.
        flow: String,
        /// What was asked for.
        given: String,
    },
    /// There are several.
    #[error("several versions of the flow {flow} begin with {given}: give more digits of it")]
    Several {
        /// The flow.
        flow: String,
        /// What was asked for.
        given: String,
    },
}

/// As much of an id as people are shown.
pub fn short(id: &str) -> &str {
    id.get(..SHOWN).unwrap_or(id)
}

/// The version of `flow` whose id begins with `given`.
pub async fn find_version(store: &(impl VersionStore + ?Sized), flow: &str, given: &str) -> Result<FlowVersion, SearchError> {
    let named = || (flow.to_owned(), given.to_owned());
    if given.len() < FEWEST {
        return Err(SearchError::Short(given.to_owned()));
    }
    let versions = store.versions(flow).await?;
    let mut found = versions.iter().filter(|version| version.id.starts_with(&given.to_lowercase()));
    let version = match (found.next(), found.next()) {
        (Some(one), None) => store.version(&one.id).await?,
        (Some(_), Some(_)) => {
            let (flow, given) = named();
            return Err(SearchError::Several { flow, given });
        }
        (None, _) => None,
    };
    let (flow, given) = named();
    version.ok_or(SearchError::Unknown { flow, given })
}

/// The version that went live last, among releases from the oldest to the newest.
pub fn live_version(releases: &[Released]) -> Option<&str> {
    releases.last().map(|released| released.release.version.as_str())
}
