-- Times are milliseconds since 1970 (UTC).

CREATE TABLE calls (
    key           BLOB    NOT NULL PRIMARY KEY,
    turn          INTEGER NOT NULL,
    revision      INTEGER NOT NULL,
    body          BLOB    NOT NULL,
    claim         BLOB,
    claimed_until INTEGER,
    taken_over    INTEGER NOT NULL, -- whether the claim was taken over from one that had run out
    ended_at      INTEGER,
    touched_at    INTEGER NOT NULL
) STRICT;

CREATE INDEX calls_in_progress ON calls (touched_at) WHERE ended_at IS NULL;
CREATE INDEX calls_ended ON calls (ended_at) WHERE ended_at IS NOT NULL;

CREATE TABLE notes (
    key        BLOB    NOT NULL PRIMARY KEY,
    version    INTEGER NOT NULL,
    body       BLOB    NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;

CREATE INDEX notes_expiring ON notes (expires_at);

CREATE TABLE records (
    id      TEXT    NOT NULL PRIMARY KEY,
    tenant  TEXT    NOT NULL,
    call_id TEXT    NOT NULL,
    at      INTEGER NOT NULL,
    body    TEXT    NOT NULL
) STRICT;

CREATE INDEX records_of_call ON records (call_id, at);
CREATE INDEX records_by_time ON records (at);

CREATE TABLE pings (
    id INTEGER NOT NULL PRIMARY KEY,
    at INTEGER NOT NULL
) STRICT;
