//! Records of calls that are over, written straight into a SQLite store that nobody serves meanwhile.

use std::path::Path;

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions, Connection};

use super::Outcome;

/// As many bytes of body as a record of the two-factor flow has; all of this day, so that no sweep takes them.
const FILL: &str = "WITH RECURSIVE numbers(number) AS (SELECT 1 UNION ALL SELECT number + 1 FROM numbers WHERE number < $1)
    INSERT INTO records (id, tenant, call_id, at, body)
    SELECT lower(hex(randomblob(12))), 'bench', lower(hex(randomblob(8))), unixepoch() * 1000 - number, printf('{\"events\":\"%.*c\"}', 900, '.')
    FROM numbers";

/// Writes `count` records into the store at `file`.
pub async fn fill(file: &Path, count: usize) -> Outcome<()> {
    let options = SqliteConnectOptions::new().filename(file);
    let mut connection: SqliteConnection = options.connect().await?;
    sqlx::query(FILL).bind(i64::try_from(count)?).execute(&mut connection).await?;
    connection.close().await?;
    Ok(())
}
