-- Reminders of grains on a cluster: needed by --cluster, in the schema of the store. The statements are ours; their names,
-- parameters and columns are the contract of Orleans' AdoNet reminders (10.4). A silo reads the reminders of its part of
-- a ring of hashes; a part that goes over the end of the ring is the second range.

CREATE TABLE orleans_reminders (
    service   text        NOT NULL,
    grain     text        NOT NULL,
    name      text        NOT NULL,
    starts_at timestamptz NOT NULL,
    period_ms bigint      NOT NULL,
    hash      integer     NOT NULL,
    version   integer     NOT NULL DEFAULT 0,
    PRIMARY KEY (service, grain, name)
);

CREATE INDEX orleans_reminders_by_hash ON orleans_reminders (service, hash);

CREATE VIEW orleans_reminder_rows AS
SELECT service, hash, grain AS GrainId, name AS ReminderName, starts_at AS StartTime, period_ms AS Period,
       version AS Version
FROM orleans_reminders;

INSERT INTO OrleansQuery (QueryKey, QueryText) VALUES
('UpsertReminderRowKey', $query$
    INSERT INTO orleans_reminders AS r (service, grain, name, starts_at, period_ms, hash)
    VALUES (@ServiceId, @GrainId, @ReminderName, @StartTime, @Period, @GrainHash)
    ON CONFLICT (service, grain, name) DO UPDATE
    SET starts_at = excluded.starts_at, period_ms = excluded.period_ms, hash = excluded.hash, version = r.version + 1
    RETURNING version AS Version
$query$),
('ReadReminderRowKey', $query$
    SELECT GrainId, ReminderName, StartTime, Period, Version FROM orleans_reminder_rows
    WHERE service = @ServiceId AND GrainId = @GrainId AND ReminderName = @ReminderName
$query$),
('ReadReminderRowsKey', $query$
    SELECT GrainId, ReminderName, StartTime, Period, Version FROM orleans_reminder_rows
    WHERE service = @ServiceId AND GrainId = @GrainId
$query$),
('ReadRangeRows1Key', $query$
    SELECT GrainId, ReminderName, StartTime, Period, Version FROM orleans_reminder_rows
    WHERE service = @ServiceId AND hash > @BeginHash AND hash <= @EndHash
$query$),
('ReadRangeRows2Key', $query$
    SELECT GrainId, ReminderName, StartTime, Period, Version FROM orleans_reminder_rows
    WHERE service = @ServiceId AND (hash > @BeginHash OR hash <= @EndHash)
$query$),
('DeleteReminderRowKey', $query$
    WITH gone AS (
        DELETE FROM orleans_reminders
        WHERE service = @ServiceId AND grain = @GrainId AND name = @ReminderName AND version = @Version
        RETURNING 1)
    SELECT count(*)::integer FROM gone
$query$),
('DeleteReminderRowsKey', $query$
    DELETE FROM orleans_reminders WHERE service = @ServiceId
$query$);
