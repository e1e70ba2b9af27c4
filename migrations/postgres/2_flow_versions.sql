-- What a flow version is made of never changes: its id is the hash of its files.
CREATE TABLE flow_versions (
    id      TEXT   NOT NULL PRIMARY KEY,
    flow    TEXT   NOT NULL,
    files   TEXT   NOT NULL,
    kept_at BIGINT NOT NULL,
    used_at BIGINT NOT NULL -- when a node last said that it has it live
);

CREATE INDEX flow_versions_of ON flow_versions (flow, kept_at);
CREATE INDEX flow_versions_used ON flow_versions (used_at);

CREATE TABLE flow_releases (
    number  BIGINT NOT NULL GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    flow    TEXT   NOT NULL,
    version TEXT   NOT NULL,
    how     TEXT   NOT NULL, -- file, published or rolled_back
    who     TEXT   NOT NULL,
    note    TEXT   NOT NULL,
    at      BIGINT NOT NULL
);

CREATE INDEX flow_releases_of ON flow_releases (flow, number);
CREATE INDEX flow_releases_to ON flow_releases (version);

ALTER TABLE calls ADD COLUMN flow_version TEXT NOT NULL DEFAULT '';

CREATE INDEX calls_on_version ON calls (flow_version) WHERE ended_at IS NULL;
