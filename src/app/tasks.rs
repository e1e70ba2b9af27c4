//! Where asynchronous work runs.

use std::error::Error;

/// A page's script that runs for long keeps a thread; the workers' own tasks go on in another, so there must be one for each call.
const MOST_THREADS: usize = 8_192;

/// Runs `work` to its end.
pub(super) fn in_tasks<T>(work: impl Future<Output = Result<T, Box<dyn Error>>>) -> Result<T, Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_multi_thread().max_blocking_threads(MOST_THREADS).enable_all().build()?;
    let outcome = runtime.block_on(work);
    // A read of stdin that nobody waits for any more must not keep the process.
    runtime.shutdown_background();
    outcome
}
