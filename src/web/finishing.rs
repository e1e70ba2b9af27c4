//! Work that is finished though nobody waits for it any more.

use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tokio::runtime::Handle;

/// Work that goes on by itself when whoever awaits it goes away; a task of its own from the start would cost each turn that is
/// awaited to its end, and nearly all are, a way to another thread.
pub(super) struct Finishing<T: Send + 'static>(Option<BoxFuture<'static, Result<T, Panicked>>>);

/// The work panicked.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Panicked;

impl<T: Send + 'static> Finishing<T> {
    pub fn new(work: impl Future<Output = T> + Send + 'static) -> Self {
        let work = AssertUnwindSafe(work).catch_unwind();
        Self(Some(work.map(|outcome| outcome.map_err(|_| Panicked)).boxed()))
    }
}

impl<T: Send + 'static> Future for Finishing<T> {
    type Output = Result<T, Panicked>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let Some(work) = &mut self.0 else { return Poll::Ready(Err(Panicked)) };
        let outcome = work.as_mut().poll(context);
        if outcome.is_ready() {
            self.0 = None;
        }
        outcome
    }
}

impl<T: Send + 'static> Drop for Finishing<T> {
    fn drop(&mut self) {
        if let (Some(work), Ok(runtime)) = (self.0.take(), Handle::try_current()) {
            runtime.spawn(work);
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::oneshot;

    use super::*;

    #[tokio::test]
    async fn work_goes_on_when_nobody_waits_any_more() {
        let (go, gone) = oneshot::channel::<u8>();
        let (done, outcome) = oneshot::channel();
        let mut work = Finishing::new(async move { done.send(gone.await.unwrap()) });

        assert!((&mut work).now_or_never().is_none());
        drop(work);
        go.send(7).unwrap();

        assert_eq!(outcome.await, Ok(7));
    }

    #[tokio::test]
    async fn a_panic_is_an_outcome() {
        let work: Finishing<()> = Finishing::new(async { panic!("as asked") });

        assert_eq!(work.await, Err(Panicked));
    }
}
