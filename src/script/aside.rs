//! Work that may take long, done where it keeps nobody waiting.

use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::task::block_in_place;

/// Does `work`. A worker of an async runtime leaves its other tasks to another thread before; where there is no other, or no runtime,
/// the work is just done.
pub(super) fn aside<T>(work: impl FnOnce() -> T) -> T {
    let has_other_workers = Handle::try_current().is_ok_and(|runtime| runtime.runtime_flavor() == RuntimeFlavor::MultiThread);
    if has_other_workers { block_in_place(work) } else { work() }
}
