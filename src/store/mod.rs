//! What outlives a request: calls, budgets and quotas, records, flow versions; kept in SQLite, in PostgreSQL or in memory.

mod call;
mod changes;
#[cfg(test)]
mod contract;
#[cfg(test)]
mod contract_calls;
#[cfg(test)]
mod contract_changes;
#[cfg(test)]
mod contract_notes;
#[cfg(test)]
mod contract_records;
#[cfg(test)]
mod contract_versions;
mod error;
mod instant;
mod jobs;
mod keys;
mod memory;
mod memory_versions;
mod note;
mod open;
mod postgres;
#[cfg(test)]
mod postgres_cluster;
mod postgres_errors;
mod postgres_jobs;
mod postgres_link;
mod postgres_news;
#[cfg(test)]
mod postgres_servers;
mod postgres_time;
mod postgres_versions;
mod record;
mod rows;
mod sql;
mod sqlite;
mod sqlite_errors;
#[cfg(test)]
mod sqlite_files;
mod sqlite_jobs;
mod sqlite_saves;
mod sqlite_versions;
mod sqlite_writer;
mod surface;
mod sweeping;
mod version;
mod version_surface;

pub use call::{CallRow, Claim, Claimed, Guard, Held, Next};
pub use error::StoreError;
pub use keys::{CallKey, ClaimId, NoteKey};
pub use note::Note;
pub use open::open;
pub use record::Record;
pub use surface::Store;
pub use sweeping::{Retention, Swept};
pub use version::{FlowVersion, Release, ReleaseKind, Released, VersionEntry};
pub use version_surface::VersionStore;
