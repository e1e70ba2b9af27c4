//! The statements, in words that SQLite and PostgreSQL both understand.

/// A statement in which the time plays a part: SQLite is told it as the last parameter, PostgreSQL knows it.
pub(super) struct Timed {
    pub(super) sqlite: &'static str,
    pub(super) postgres: &'static str,
}

/// Puts a [`Timed`] together: `now` stands for the time, `unlocked` for rows that no other node is removing.
macro_rules! timed {
    (now = $now:literal, $($part:tt)+) => {
        Timed {
            sqlite: concat!($(part!($part, $now, "")),+),
            postgres: concat!($(part!($part, "store_time()", " FOR UPDATE SKIP LOCKED")),+),
        }
    };
}

macro_rules! part {
    (now, $now:literal, $unlocked:literal) => {
        $now
    };
    (unlocked, $now:literal, $unlocked:literal) => {
        $unlocked
    };
    ($text:literal, $now:literal, $unlocked:literal) => {
        $text
    };
}

/// `$1` key, `$2` turn, `$3` body, `$4` claim, `$5` lease, `$6` whether it ends, `$7` flow version, `$8` now.
pub(super) const OPEN_CALL: Timed = timed!(now = "$8", "
    INSERT INTO calls (key, turn, revision, body, claim, claimed_until, taken_over, ended_at, touched_at, flow_version)
    VALUES ($1, $2, 1, $3, $4, " now " + $5, FALSE, CASE WHEN $6 THEN " now " END, " now ", $7)
    ON CONFLICT (key) DO NOTHING");

/// `$1` key.
pub(super) const CALL: &str = "
    SELECT key, turn, revision, body, claim, claimed_until, taken_over, ended_at, touched_at
    FROM calls WHERE key = $1";

/// `$1` key, `$2` turn, `$3` claim, `$4` lease, `$5` now.
pub(super) const CLAIM: Timed = timed!(now = "$5", "
    UPDATE calls
    SET taken_over = (claim IS NOT NULL), claim = $3, claimed_until = " now " + $4, touched_at = " now "
    WHERE key = $1 AND turn = $2 AND ended_at IS NULL AND (claim IS NULL OR claimed_until <= " now ")
    RETURNING key, turn, revision, body, claim, claimed_until, taken_over, ended_at, touched_at");

/// `$1` key, `$2` claim that is held, `$3` turn, `$4` body, `$5` claim, `$6` lease, `$7` whether it ends, `$8` now.
pub(super) const SAVE_HELD: Timed = timed!(now = "$8", "
    UPDATE calls
    SET turn = $3, revision = revision + 1, body = $4, claim = $5, claimed_until = " now " + $6, taken_over = FALSE,
        ended_at = COALESCE(ended_at, CASE WHEN $7 THEN " now " END), touched_at = " now "
    WHERE key = $1 AND claim = $2");

/// `$1` key, `$2` revision that was read, `$3` turn, `$4` body, `$5` claim, `$6` lease, `$7` whether it ends, `$8` now.
pub(super) const SAVE_UNCHANGED: Timed = timed!(now = "$8", "
    UPDATE calls
    SET turn = $3, revision = revision + 1, body = $4, claim = $5, claimed_until = " now " + $6, taken_over = FALSE,
        ended_at = COALESCE(ended_at, CASE WHEN $7 THEN " now " END), touched_at = " now "
    WHERE key = $1 AND revision = $2 AND (claim IS NULL OR claimed_until <= " now ")");

/// `$1` untouched for, `$2` most, `$3` now.
pub(super) const IDLE_CALLS: Timed = timed!(now = "$3", "
    SELECT key, turn, revision, body, claim, claimed_until, taken_over, ended_at, touched_at
    FROM calls WHERE ended_at IS NULL AND touched_at <= " now " - $1
    ORDER BY touched_at LIMIT $2");

/// `$1` key, `$2` now.
pub(super) const NOTE: Timed = timed!(now = "$2", "
    SELECT version, body, expires_at FROM notes WHERE key = $1 AND expires_at > " now);

/// `$1` key, `$2` body, `$3` expires at, `$4` now: a note begins with the time as its version, so that none comes back
/// when a note is made again that was swept away.
pub(super) const NEW_NOTE: Timed = timed!(now = "$4", "
    INSERT INTO notes (key, version, body, expires_at) VALUES ($1, " now ", $2, $3)
    ON CONFLICT (key) DO UPDATE
    SET version = notes.version + 1, body = excluded.body, expires_at = excluded.expires_at
    WHERE notes.expires_at <= " now);

/// `$1` key, `$2` body, `$3` expires at, `$4` version that was read, `$5` now.
pub(super) const SWAP_NOTE: Timed = timed!(now = "$5", "
    UPDATE notes SET version = version + 1, body = $2, expires_at = $3
    WHERE key = $1 AND version = $4 AND expires_at > " now);

/// `$1` id, `$2` tenant, `$3` call, `$4` at, `$5` body.
pub(super) const PUT_RECORD: &str = "
    INSERT INTO records (id, tenant, call_id, at, body) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (id) DO UPDATE
    SET tenant = excluded.tenant, call_id = excluded.call_id, at = excluded.at, body = excluded.body";

/// `$1` id.
pub(super) const RECORD: &str = "SELECT id, tenant, call_id, at, body FROM records WHERE id = $1";

/// `$1` call.
pub(super) const RECORDS_OF_CALL: &str = "
    SELECT id, tenant, call_id, at, body FROM records WHERE call_id = $1 ORDER BY at, id";

/// `$1` due for, `$2` most, `$3` now.
pub(super) const SWEEP_NOTES: Timed = timed!(now = "$3", "
    DELETE FROM notes WHERE key IN (SELECT key FROM notes WHERE expires_at <= " now " - $1 LIMIT $2" unlocked ")");

/// `$1` ended for, `$2` most, `$3` now.
pub(super) const SWEEP_CALLS: Timed = timed!(now = "$3", "
    DELETE FROM calls WHERE key IN (SELECT key FROM calls WHERE ended_at <= " now " - $1 LIMIT $2" unlocked ")");

/// `$1` older than, `$2` most, `$3` now.
pub(super) const SWEEP_RECORDS: Timed = timed!(now = "$3", "
    DELETE FROM records WHERE id IN (SELECT id FROM records WHERE at <= " now " - $1 LIMIT $2" unlocked ")");

/// `$1` id, `$2` flow, `$3` files, `$4` now.
pub(super) const KEEP_VERSION: Timed = timed!(now = "$4", "
    INSERT INTO flow_versions (id, flow, files, kept_at, used_at) VALUES ($1, $2, $3, " now ", " now ")
    ON CONFLICT (id) DO UPDATE SET used_at = excluded.used_at");

/// `$1` id.
pub(super) const VERSION: &str = "SELECT id, flow, files FROM flow_versions WHERE id = $1";

/// `$1` flow.
pub(super) const VERSIONS: &str = "
    SELECT id, kept_at,
           (SELECT COUNT(*) FROM calls WHERE flow_version = flow_versions.id AND ended_at IS NULL) AS calls
    FROM flow_versions WHERE flow = $1 ORDER BY kept_at DESC, id";

/// `$1` flow, `$2` version, `$3` how, `$4` who, `$5` note, `$6` now.
pub(super) const RELEASE: Timed = timed!(now = "$6", "
    INSERT INTO flow_releases (flow, version, how, who, note, at) VALUES ($1, $2, $3, $4, $5, " now ")");

/// `$1` flow.
pub(super) const RELEASES: &str = "
    SELECT number, flow, version, how, who, note, at FROM flow_releases WHERE flow = $1 ORDER BY number";

/// The newest of each flow that is no file's.
pub(super) const PUBLISHED: &str = "
    SELECT number, flow, version, how, who, note, at FROM flow_releases
    WHERE number IN (SELECT MAX(number) FROM flow_releases WHERE how <> 'file' GROUP BY flow)
    ORDER BY flow";

/// `$1` unused for, `$2` most, `$3` now: neither published nor with calls in progress.
pub(super) const SWEEP_VERSIONS: Timed = timed!(now = "$3", "
    DELETE FROM flow_versions WHERE id IN (
        SELECT id FROM flow_versions
        WHERE used_at <= " now " - $1
          AND NOT EXISTS (SELECT 1 FROM calls WHERE flow_version = flow_versions.id AND ended_at IS NULL)
          AND NOT EXISTS (SELECT 1 FROM flow_releases WHERE version = flow_versions.id AND how <> 'file')
        LIMIT $2" unlocked ")");

/// `$1` older than, `$2` most, `$3` now: those of versions that are gone.
pub(super) const SWEEP_RELEASES: Timed = timed!(now = "$3", "
    DELETE FROM flow_releases WHERE number IN (
        SELECT number FROM flow_releases
        WHERE at <= " now " - $1 AND NOT EXISTS (SELECT 1 FROM flow_versions WHERE id = flow_releases.version)
        LIMIT $2" unlocked ")");

/// `$1` now.
pub(super) const PING: Timed = timed!(now = "$1", "
    INSERT INTO pings (id, at) VALUES (1, " now ") ON CONFLICT (id) DO UPDATE SET at = excluded.at");
