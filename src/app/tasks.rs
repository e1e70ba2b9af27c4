//! Where asynchronous work runs.

use std::error::Error;

/// Runs `work` to its end.
pub(super) fn in_tasks<T>(work: impl Future<Output = Result<T, Box<dyn Error>>>) -> Result<T, Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let outcome = runtime.block_on(work);
    // A read of stdin that nobody waits for any more must not keep the process.
    runtime.shutdown_background();
    outcome
}
