//! Where asynchronous work runs.

use std::error::Error;
use std::future::poll_fn;
use std::io;
use std::pin::pin;
use std::thread::available_parallelism;

use tokio::runtime::{Builder, Handle, Runtime};
use tokio::task::JoinHandle;

/// A page's script that runs for long keeps a thread; the workers' own tasks go on in another, so there must be one for each call.
const MOST_THREADS: usize = 8_192;

/// Runs `work` to its end.
pub(super) fn in_tasks<T>(work: impl Future<Output = Result<T, Box<dyn Error>>>) -> Result<T, Box<dyn Error>> {
    let runtime = builder().build()?;
    let outcome = runtime.block_on(work);
    // A read of stdin that nobody waits for any more must not keep the process.
    runtime.shutdown_background();
    outcome
}

fn builder() -> Builder {
    let mut builder = Builder::new_multi_thread();
    builder.max_blocking_threads(MOST_THREADS).enable_all();
    builder
}

/// Workers for the telephone alone. What a call does are short bits of work, far apart: on the same core they find in its caches
/// what they need.
pub(super) struct Workers {
    here: Handle,
    /// Until they are dismissed.
    runtime: Option<Runtime>,
}

impl Workers {
    /// One for every two cores.
    pub fn of_telephone() -> io::Result<Self> {
        let cores = available_parallelism().map_or(1, usize::from);
        let runtime = builder().worker_threads((cores / 2).max(1)).thread_name("telephone").build()?;
        Ok(Self { here: runtime.handle().clone(), runtime: Some(runtime) })
    }

    /// Does `work` in the caller's own task; the sockets and tasks that come of it are these workers'.
    pub async fn lend<F: Future>(&self, work: F) -> F::Output {
        let mut work = pin!(work);
        poll_fn(|context| {
            let _entered = self.here.enter();
            work.as_mut().poll(context)
        })
        .await
    }

    /// Does `work`.
    pub fn spawn<T: Send + 'static>(&self, work: impl Future<Output = T> + Send + 'static) -> JoinHandle<T> {
        self.here.spawn(work)
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        // Whoever is in the middle of a page's script is not waited for.
        self.runtime.take().into_iter().for_each(Runtime::shutdown_background);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_comes_of_lent_work_is_done_by_the_telephones_workers() {
        let workers = Workers::of_telephone().unwrap();

        let here = || std::thread::current().name().map(str::to_owned);
        let (lent, task) = workers.lend(async { (here(), tokio::spawn(async move { here() }).await.unwrap()) }).await;

        assert_eq!(task.as_deref(), Some("telephone"));
        assert_ne!(lent, task, "the work itself is done by who waits for it");
    }
}
