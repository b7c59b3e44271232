using Actors.Storage.Sqlite.Native;

namespace Actors.Storage.Sqlite.Opening;

/// <summary>
/// Format version 1. Rows of the journal are appended in the order of commits; beside them only small index entries are
/// written. Words that repeat (tenant, type, status, definition) are stored once. A change that an older program would
/// trip over gets a new version.
/// </summary>
internal static class Schema
{
    /// <summary>The four letters "ActJ", in SQLite's header.</summary>
    public const int ApplicationId = 0x4163744A;

    public const int FormatVersion = 1;

    public const int PageBytes = 4096;

    private const string Tables =
        """
        CREATE TABLE meta (
            name  TEXT PRIMARY KEY,
            value ANY
        ) WITHOUT ROWID;
        INSERT INTO meta (name, value) VALUES ('epoch', 0);

        CREATE TABLE words (
            id   INTEGER PRIMARY KEY,
            word TEXT NOT NULL UNIQUE
        );

        -- One row per journal. From status on: the projection; status is null if there is none.
        CREATE TABLE keys (
            id          INTEGER PRIMARY KEY,
            kind        INTEGER NOT NULL,
            tenant      INTEGER NOT NULL,
            type        INTEGER NOT NULL,
            name        TEXT NOT NULL,
            status      INTEGER,
            started_at  INTEGER,
            ended_at    INTEGER,
            wake_at     INTEGER,
            resume      INTEGER,
            correlation TEXT,
            definition  INTEGER
        );
        -- The name first: ids that the engine makes grow with time, and ids of users mostly do, so that the entries of
        -- one commit lie side by side. An index of hashes would touch a page for each.
        CREATE UNIQUE INDEX keys_by_name ON keys (name, type, tenant, kind);
        -- Its condition does not name the status, so that a new one leaves the entry where it is.
        CREATE INDEX keys_by_start ON keys (tenant, kind, started_at) WHERE started_at IS NOT NULL;
        CREATE INDEX keys_due ON keys (wake_at) WHERE wake_at IS NOT NULL;
        CREATE INDEX keys_resumable ON keys (started_at) WHERE resume IS NOT NULL;
        CREATE INDEX keys_ended ON keys (ended_at) WHERE ended_at IS NOT NULL;

        CREATE TABLE journal (
            id     INTEGER PRIMARY KEY,
            key_id INTEGER NOT NULL,
            last   INTEGER NOT NULL,
            count  INTEGER NOT NULL,
            epoch  INTEGER NOT NULL,
            at     INTEGER NOT NULL,
            chain  INTEGER NOT NULL,
            events BLOB NOT NULL
        );
        CREATE UNIQUE INDEX journal_by_key ON journal (key_id, last);

        CREATE TABLE snapshots (
            key_id   INTEGER PRIMARY KEY,
            sequence INTEGER NOT NULL,
            chain    INTEGER NOT NULL,
            checksum INTEGER NOT NULL,
            state    BLOB NOT NULL
        );

        CREATE TABLE payloads (
            id    INTEGER PRIMARY KEY,
            hash  BLOB NOT NULL UNIQUE,
            bytes BLOB NOT NULL
        );
        CREATE TABLE payload_refs (
            key_id     INTEGER NOT NULL,
            payload_id INTEGER NOT NULL,
            PRIMARY KEY (key_id, payload_id)
        ) WITHOUT ROWID;
        CREATE INDEX payload_refs_by_payload ON payload_refs (payload_id);

        -- Journals that are gone for everybody and whose rows are still being removed.
        CREATE TABLE purged (key_id INTEGER PRIMARY KEY);
        """;

    /// <summary>Makes the tables, in one transaction that ends with the format version.</summary>
    public static void Create(SqliteConnection connection)
    {
        connection.Execute("BEGIN IMMEDIATE");
        connection.Execute(Tables);
        connection.Execute($"PRAGMA user_version = {FormatVersion}");
        connection.Execute("COMMIT");
    }
}
