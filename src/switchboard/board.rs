//! The switchboard itself: who is served, where calls are kept, and what it takes to serve them.

use std::sync::Arc;

use crate::clock::{Chance, Clock};
use crate::secret::MasterKey;
use crate::store::Store;

use super::directory::Directory;

/// Where every door leads.
pub struct Switchboard {
    pub(super) directory: Directory,
    pub(super) store: Arc<dyn Store>,
    pub(super) key: MasterKey,
    pub(super) clock: Clock,
    pub(super) chance: Chance,
}

impl Switchboard {
    /// A switchboard for these tenants.
    pub fn new(directory: Directory, store: Arc<dyn Store>, key: MasterKey, clock: Clock, chance: Chance) -> Self {
        Self { directory, store, key, clock, chance }
    }
}
