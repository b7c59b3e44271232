-- Grain storage on a cluster: needed by --cluster, in the schema of the store. The statements are ours; their names,
-- parameters and columns are the contract of Orleans' AdoNet grain storage (10.4). The primary key finds a state, so the
-- hashes that Orleans offers are not used. Who writes with a version that is not the present one changes nothing, gets no
-- row back, and is told by Orleans that somebody else has written.

CREATE TABLE orleans_states (
    service    text        NOT NULL,
    type       text        NOT NULL,
    key0       bigint      NOT NULL,
    key1       bigint      NOT NULL,
    extension  text        NOT NULL,
    state      bytea,
    version    integer     NOT NULL,
    changed_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (service, type, key0, key1, extension)
);

INSERT INTO OrleansQuery (QueryKey, QueryText) VALUES
('ReadFromStorageKey', $query$
    SELECT state AS PayloadBinary, version AS Version FROM orleans_states
    WHERE service = @ServiceId AND type = @GrainTypeString AND key0 = @GrainIdN0 AND key1 = @GrainIdN1
        AND extension = coalesce(@GrainIdExtensionString, '')
$query$),
('WriteToStorageKey', $query$
    WITH added AS (
        INSERT INTO orleans_states (service, type, key0, key1, extension, state, version)
        SELECT @ServiceId, @GrainTypeString, @GrainIdN0, @GrainIdN1, coalesce(@GrainIdExtensionString, ''),
               @PayloadBinary, 1
        WHERE @GrainStateVersion IS NULL
        ON CONFLICT DO NOTHING
        RETURNING version),
    changed AS (
        UPDATE orleans_states SET state = @PayloadBinary, version = version + 1, changed_at = now()
        WHERE service = @ServiceId AND type = @GrainTypeString AND key0 = @GrainIdN0 AND key1 = @GrainIdN1
            AND extension = coalesce(@GrainIdExtensionString, '') AND version = @GrainStateVersion
        RETURNING version)
    SELECT version AS NewGrainStateVersion FROM added
    UNION ALL
    SELECT version FROM changed
$query$),
('ClearStorageKey', $query$
    UPDATE orleans_states SET state = NULL, version = version + 1, changed_at = now()
    WHERE service = @ServiceId AND type = @GrainTypeString AND key0 = @GrainIdN0 AND key1 = @GrainIdN1
        AND extension = coalesce(@GrainIdExtensionString, '') AND version = @GrainStateVersion
    RETURNING version AS NewGrainStateVersion
$query$),
('DeleteStorageKey', $query$
    DELETE FROM orleans_states
    WHERE service = @ServiceId AND type = @GrainTypeString AND key0 = @GrainIdN0 AND key1 = @GrainIdN1
        AND extension = coalesce(@GrainIdExtensionString, '') AND version = @GrainStateVersion
    RETURNING version + 1 AS NewGrainStateVersion
$query$);
