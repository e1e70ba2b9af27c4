//! News between nodes, by `LISTEN` and `NOTIFY`: who waits for a turn hears that another node has let it go.
//!
//! News may be lost, with a node or with a connection. Who waits looks by itself each second, and at once when the line is back.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use sqlx::postgres::{PgConnection, PgListener, PgPool, PgPoolOptions};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinHandle;
use tokio::time::sleep;
use tracing::{info, warn};

use super::changes::Changes;
use super::keys::CallKey;
use super::postgres_link::{Job, Link};

const CHANNEL: &str = "callward_calls";

/// How many keys go into one notification: PostgreSQL takes less than 8000 bytes.
const KEYS: usize = 100;

/// Between two tries to listen.
const PAUSE: Duration = Duration::from_millis(500);

/// The two tasks that tell and listen, as long as the store is open.
pub(super) struct News {
    teller: UnboundedSender<CallKey>,
    listener: JoinHandle<()>,
}

/// Tells of these calls.
struct Tell(String);

impl News {
    /// Begins to listen, and rings the bells of calls that other nodes tell of.
    pub(super) fn start(link: Arc<Link>, changes: Arc<Changes>) -> Self {
        let pool = PgPoolOptions::new().max_connections(1).max_lifetime(None).idle_timeout(None).connect_lazy_with(link.options().clone());
        let (teller, told) = unbounded_channel();
        tokio::spawn(tell(Arc::clone(&link), told));
        let listener = tokio::spawn(async move { listen(pool, &changes, link.name()).await });
        Self { teller, listener }
    }

    /// Tells the other nodes that a turn was let go. After its save and apart from it: commits that notify queue for one lock.
    pub(super) fn tell(&self, key: CallKey) {
        // The task ends with the runtime, and then nobody is left to wait here.
        let _ = self.teller.send(key);
    }
}

impl Drop for News {
    fn drop(&mut self) {
        self.listener.abort();
    }
}

#[async_trait]
impl Job for Tell {
    type Answer = ();

    async fn run(&self, connection: &mut PgConnection) -> Result<(), sqlx::Error> {
        sqlx::query("SELECT pg_notify($1, $2)").bind(CHANNEL).bind(&self.0).execute(connection).await.map(drop)
    }
}

async fn tell(link: Arc<Link>, mut told: UnboundedReceiver<CallKey>) {
    let mut keys = Vec::new();
    while told.recv_many(&mut keys, KEYS).await > 0 {
        let news = Tell(keys.drain(..).map(written).collect());
        if let Err(error) = link.run(&news).await {
            warn!("other nodes were not told of saved calls, and will look themselves: {error}");
        }
    }
}

async fn listen(pool: PgPool, changes: &Changes, store: &str) {
    let mut heard = true;
    loop {
        let lost = hear(&pool, changes, store, &mut heard).await;
        if heard {
            warn!("news of other nodes are not heard from the store {store}: {lost}");
            heard = false;
        }
        sleep(PAUSE).await;
    }
}

/// Listens until the line is lost, and tells why it was.
async fn hear(pool: &PgPool, changes: &Changes, store: &str, heard: &mut bool) -> sqlx::Error {
    let mut listener = match listener(pool).await {
        Ok(listener) => listener,
        Err(error) => return error,
    };
    if !*heard {
        info!("news of other nodes are heard again from the store {store}");
        *heard = true;
    }
    changes.ring_all();
    loop {
        match listener.try_recv().await {
            Ok(Some(news)) => read(news.payload()).for_each(|key| changes.ring(key)),
            Ok(None) => return sqlx::Error::Io(std::io::ErrorKind::ConnectionAborted.into()),
            Err(error) => return error,
        }
    }
}

async fn listener(pool: &PgPool) -> Result<PgListener, sqlx::Error> {
    let mut listener = PgListener::connect_with(pool).await?;
    listener.eager_reconnect(false);
    listener.listen(CHANNEL).await?;
    Ok(listener)
}

/// A key in hexadecimal digits.
fn written(key: CallKey) -> String {
    key.0.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The keys in a notification; what is none is passed over.
fn read(news: &str) -> impl Iterator<Item = CallKey> {
    let (keys, _) = news.as_bytes().as_chunks::<64>();
    keys.iter().filter_map(key)
}

fn key(digits: &[u8; 64]) -> Option<CallKey> {
    let mut key = [0; 32];
    let (pairs, _) = digits.as_chunks::<2>();
    for (byte, pair) in key.iter_mut().zip(pairs) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(CallKey(key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_as_they_were_written() {
        let (one, other) = (CallKey([0xa0; 32]), CallKey([0x0b; 32]));

        assert_eq!(read(&(written(one) + &written(other))).collect::<Vec<_>>(), [one, other]);
        assert_eq!(read("").chain(read("é")).chain(read(&"é".repeat(32))).count(), 0);
    }
}
