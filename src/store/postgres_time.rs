//! The server's clock, read now and then and carried on in between by one that nobody can set.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use sqlx::postgres::PgConnection;
use tokio::time::Instant;

use super::error::StoreError;
use super::instant::{after, at};
use super::postgres_link::{Job, Link};

/// How long a reading is carried on. Claims, saves and notes compare with the server's clock itself.
const CARRIED: Duration = Duration::from_secs(1);

/// The newest reading.
#[derive(Default)]
pub(super) struct StoreTime(Mutex<Option<Reading>>);

#[derive(Clone, Copy)]
struct Reading {
    time: Timestamp,
    read_at: Instant,
}

/// Asks for the time.
struct Now;

impl StoreTime {
    /// The server's time, as long as the last reading tells it; never ahead of the server.
    pub(super) fn carried(&self) -> Option<Timestamp> {
        let reading = (*self.newest())?;
        let since = reading.read_at.elapsed();
        (since < CARRIED).then(|| after(reading.time, since))
    }

    /// Reads the server's clock.
    pub(super) async fn read(&self, link: &Link) -> Result<Timestamp, StoreError> {
        let time = at(link.run(&Now).await?);
        *self.newest() = Some(Reading { time, read_at: Instant::now() });
        Ok(time)
    }

    fn newest(&self) -> MutexGuard<'_, Option<Reading>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Job for Now {
    type Answer = i64;

    async fn run(&self, connection: &mut PgConnection) -> Result<i64, sqlx::Error> {
        sqlx::query_scalar("SELECT store_time()").fetch_one(connection).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_reading_is_carried_on_for_a_second() {
        let time = StoreTime::default();
        let read = Timestamp::UNIX_EPOCH;
        assert_eq!(time.carried(), None);

        *time.newest() = Some(Reading { time: read, read_at: Instant::now() });
        tokio::time::advance(CARRIED - Duration::from_millis(1)).await;
        assert_eq!(time.carried(), Some(after(read, Duration::from_millis(999))));
        tokio::time::advance(Duration::from_millis(1)).await;
        assert_eq!(time.carried(), None);
    }
}
