-- Times are milliseconds since 1970 (UTC).

-- The time that leases, expiries and retention go by: this server's, never a node's.
CREATE FUNCTION store_time() RETURNS BIGINT STABLE LANGUAGE sql
AS 'SELECT floor(extract(epoch FROM now()) * 1000)::BIGINT';

CREATE TABLE calls (
    key           BYTEA   NOT NULL PRIMARY KEY,
    turn          BIGINT  NOT NULL,
    revision      BIGINT  NOT NULL,
    body          BYTEA   NOT NULL,
    claim         BYTEA,
    claimed_until BIGINT,
    taken_over    BOOLEAN NOT NULL, -- whether the claim was taken over from one that had run out
    ended_at      BIGINT,
    touched_at    BIGINT  NOT NULL
);

-- Bodies are encrypted: to try to compress them is in vain.
ALTER TABLE calls ALTER COLUMN body SET STORAGE EXTERNAL;

CREATE INDEX calls_in_progress ON calls (touched_at) WHERE ended_at IS NULL;
CREATE INDEX calls_ended ON calls (ended_at) WHERE ended_at IS NOT NULL;

CREATE TABLE notes (
    key        BYTEA  NOT NULL PRIMARY KEY,
    version    BIGINT NOT NULL,
    body       BYTEA  NOT NULL,
    expires_at BIGINT NOT NULL
);

CREATE INDEX notes_expiring ON notes (expires_at);

CREATE TABLE records (
    id      TEXT   NOT NULL PRIMARY KEY,
    tenant  TEXT   NOT NULL,
    call_id TEXT   NOT NULL,
    at      BIGINT NOT NULL,
    body    TEXT   NOT NULL
);

CREATE INDEX records_of_call ON records (call_id, at);
CREATE INDEX records_by_time ON records (at);

CREATE TABLE pings (
    id INTEGER NOT NULL PRIMARY KEY,
    at BIGINT  NOT NULL
);
