//! Many calls saved by one SQLite statement: each statement is a way to SQLite's thread and back, which costs more than the saving.

use std::collections::HashSet;
use std::fmt::Write;
use std::sync::LazyLock;

use jiff::Timestamp;
use sqlx::Row;
use sqlx::sqlite::{SqliteConnection, SqliteRow};

use super::keys::CallKey;

/// A save of a call that nobody holds, without records beside it.
#[derive(Debug)]
pub(super) struct PlainSave {
    pub(super) key: CallKey,
    /// The revision that was read.
    pub(super) revision: i64,
    /// The turn that is awaited from here on.
    pub(super) turn: u32,
    /// The session, encrypted.
    pub(super) body: Vec<u8>,
}

/// Most calls that one statement saves. Each number has a statement of its own, prepared when it is first needed.
pub(super) const MOST: usize = 64;

static STATEMENTS: LazyLock<Vec<String>> = LazyLock::new(|| (1..=MOST).map(statement).collect());

/// Saves the calls, no key twice among them; answers which of them were saved.
pub(super) async fn save_plainly(
    saves: &[&PlainSave],
    connection: &mut SqliteConnection,
    now: Timestamp,
) -> Result<HashSet<CallKey>, sqlx::Error> {
    let mut saved = HashSet::with_capacity(saves.len());
    for some in saves.chunks(MOST) {
        if let Some(statement) = STATEMENTS.get(some.len() - 1) {
            saved.extend(save_some(statement, some, connection, now).await?);
        }
    }
    Ok(saved)
}

async fn save_some(
    statement: &'static str,
    saves: &[&PlainSave],
    connection: &mut SqliteConnection,
    now: Timestamp,
) -> Result<Vec<CallKey>, sqlx::Error> {
    let mut query = sqlx::query(statement).bind(now.as_millisecond());
    for save in saves {
        query = query.bind(&save.key.0[..]).bind(save.revision).bind(i64::from(save.turn)).bind(&save.body[..]);
    }
    let rows = query.fetch_all(connection).await?;
    Ok(rows.iter().filter_map(key).collect())
}

fn key(row: &SqliteRow) -> Option<CallKey> {
    row.try_get::<&[u8], _>(0).ok()?.try_into().ok().map(CallKey)
}

/// `$1` now, then for each call: key, revision that was read, turn, body.
fn statement(calls: usize) -> String {
    let mut rows = String::new();
    for call in 0..calls {
        let first = 2 + 4 * call;
        let comma = if call == 0 { "" } else { ", " };
        // Writing into a string cannot fail.
        let _ = write!(rows, "{comma}(${first}, ${}, ${}, ${})", first + 1, first + 2, first + 3);
    }
    format!(
        "WITH batch (key, revision, turn, body) AS (VALUES {rows})
        UPDATE calls
        SET turn = batch.turn, revision = calls.revision + 1, body = batch.body, claim = NULL, claimed_until = NULL,
            taken_over = FALSE, touched_at = $1
        FROM batch
        WHERE calls.key = batch.key AND calls.revision = batch.revision AND (calls.claim IS NULL OR calls.claimed_until <= $1)
        RETURNING calls.key"
    )
}
