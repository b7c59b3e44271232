-- Version 1: journals, projections, payloads, ownership.
--
-- Names carry no schema: they go to the first one of the search path. The program runs this file by itself, under an
-- advisory lock; to run it by hand as the role that the program connects as:
--
--   psql "$URL" -c 'CREATE SCHEMA actors'
--   PGOPTIONS='-c search_path=actors' psql "$URL" --single-transaction -v ON_ERROR_STOP=1 -f 001-journal.sql

CREATE TABLE migrations (
    version    integer     PRIMARY KEY,
    title      text        NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
);

-- Each opening of the store takes the next number; numbers are never given back.
CREATE SEQUENCE epochs;

-- Whoever may write. Every commit shares an advisory lock and asks for its row; whoever changes the row takes that lock
-- for itself: it waits for the last commit, and there is none after it. A new session number does the same to commits
-- of the owner's own broken connections. A lock of a row would do, too, but writes to the log with every commit.
CREATE TABLE owners (
    epoch      bigint      PRIMARY KEY,
    session    bigint      NOT NULL,
    holder     text        NOT NULL,
    expires_at timestamptz NOT NULL
);

CREATE FUNCTION require_owner(owner_epoch bigint, owner_session bigint) RETURNS integer LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(1097036873, hashtext(current_schema()));
    PERFORM 1 FROM owners WHERE epoch = owner_epoch AND session = owner_session;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'epoch % of session % does not own the store', owner_epoch, owner_session
            USING ERRCODE = 'AC001';
    END IF;
    RETURN 1;
END
$$;

-- Words that repeat: tenants, types, statuses, definitions.
CREATE TABLE words (
    id   integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    word text    NOT NULL UNIQUE
);

-- Writers take numbers of keys in blocks.
CREATE SEQUENCE key_blocks INCREMENT BY 10000 MINVALUE 1;

-- One row per journal, found by the first 128 bits of SHA-256 of the key's text. From status on: the projection;
-- status is null if there is none. Times are milliseconds since 1970.
CREATE TABLE keys (
    hash        uuid     PRIMARY KEY,
    id          bigint   NOT NULL,
    epoch       bigint   NOT NULL,
    started_at  bigint,
    ended_at    bigint,
    wake_at     bigint,
    tenant      integer  NOT NULL,
    type        integer  NOT NULL,
    status      integer,
    definition  integer,
    kind        smallint NOT NULL,
    resume      boolean  NOT NULL DEFAULT false,
    name        text     NOT NULL,
    correlation text
);
CREATE INDEX keys_by_start ON keys (tenant, kind, started_at, id) WHERE status IS NOT NULL;
CREATE INDEX keys_due ON keys (wake_at, id) WHERE wake_at IS NOT NULL;
CREATE INDEX keys_resumable ON keys (started_at, id) WHERE resume;
CREATE INDEX keys_ended ON keys (ended_at, id) WHERE ended_at IS NOT NULL;

-- One row per append. Its epoch is null where it is that of the key, as nearly always. That two appends of a key can't begin at the same sequence is what refuses the second.
CREATE TABLE journal (
    key_id bigint  NOT NULL,
    first  bigint  NOT NULL,
    epoch  bigint,
    at     bigint  NOT NULL,
    count  integer NOT NULL,
    chain  integer NOT NULL,
    events bytea   NOT NULL,
    PRIMARY KEY (key_id, first)
);

CREATE TABLE snapshots (
    key_id   bigint  PRIMARY KEY,
    sequence bigint  NOT NULL,
    chain    integer NOT NULL,
    checksum integer NOT NULL,
    state    bytea   NOT NULL
);

CREATE TABLE payloads (
    hash  bytea PRIMARY KEY,
    bytes bytea NOT NULL
);
CREATE TABLE payload_refs (
    key_id bigint NOT NULL,
    hash   bytea  NOT NULL,
    PRIMARY KEY (key_id, hash)
);
CREATE INDEX payload_refs_by_hash ON payload_refs (hash);

-- Journals that are gone for everybody and whose rows are still being removed.
CREATE TABLE purged (key_id bigint PRIMARY KEY);

INSERT INTO migrations (version, title) VALUES (1, 'journal');
