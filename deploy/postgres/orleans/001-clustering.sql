-- What silos of a cluster on Microsoft Orleans know of each other: needed by --cluster, in the schema of the store.
-- Run by the silo, by 'actors store migrate --cluster', or by hand as deploy/postgres/001-journal.sql says.
--
-- Orleans' AdoNet clustering (10.4) asks the database nothing but the texts in OrleansQuery. The names of that table, of
-- its keys, of the parameters and of the columns that come back are Orleans' contract; tables and statements are ours.
-- The row of the version is what two silos that change the membership at the same time wait for: the second one finds
-- another version, changes nothing, and reads again.

CREATE TABLE OrleansQuery (
    QueryKey  text PRIMARY KEY,
    QueryText text NOT NULL
);

CREATE TABLE orleans_clusters (
    cluster    text        PRIMARY KEY,
    version    integer     NOT NULL DEFAULT 0,
    changed_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE orleans_silos (
    cluster      text        NOT NULL REFERENCES orleans_clusters,
    address      text        NOT NULL,
    port         integer     NOT NULL,
    generation   integer     NOT NULL,
    name         text        NOT NULL,
    host         text        NOT NULL,
    status       integer     NOT NULL,
    gateway_port integer,
    suspected_by text,
    started_at   timestamptz NOT NULL,
    alive_at     timestamptz NOT NULL,
    PRIMARY KEY (cluster, address, port, generation)
);

-- All silos of a cluster, or one; a row with the version comes back also where there is no silo.
CREATE VIEW orleans_members AS
SELECT c.cluster AS DeploymentId, s.address AS Address, s.port AS Port, s.generation AS Generation, s.name AS SiloName,
       s.host AS HostName, s.status AS Status, s.gateway_port AS ProxyPort, s.suspected_by AS SuspectTimes,
       s.started_at AS StartTime, s.alive_at AS IAmAliveTime, c.version AS Version
FROM orleans_clusters c LEFT JOIN orleans_silos s ON s.cluster = c.cluster;

INSERT INTO OrleansQuery (QueryKey, QueryText) VALUES
('InsertMembershipVersionKey', $query$
    WITH added AS (
        INSERT INTO orleans_clusters (cluster) VALUES (@DeploymentId) ON CONFLICT DO NOTHING RETURNING 1)
    SELECT count(*)::integer FROM added
$query$),
('InsertMembershipKey', $query$
    WITH turn AS (
        UPDATE orleans_clusters SET version = version + 1, changed_at = now()
        WHERE cluster = @DeploymentId AND version = @Version AND NOT EXISTS (
            SELECT 1 FROM orleans_silos WHERE cluster = @DeploymentId AND address = @Address AND port = @Port
                AND generation = @Generation)
        RETURNING cluster),
    added AS (
        INSERT INTO orleans_silos (
            cluster, address, port, generation, name, host, status, gateway_port, started_at, alive_at)
        SELECT cluster, @Address, @Port, @Generation, @SiloName, @HostName, @Status, @ProxyPort, @StartTime,
               @IAmAliveTime
        FROM turn RETURNING 1)
    SELECT count(*)::integer FROM added
$query$),
('UpdateMembershipKey', $query$
    WITH turn AS (
        UPDATE orleans_clusters SET version = version + 1, changed_at = now()
        WHERE cluster = @DeploymentId AND version = @Version AND EXISTS (
            SELECT 1 FROM orleans_silos WHERE cluster = @DeploymentId AND address = @Address AND port = @Port
                AND generation = @Generation)
        RETURNING cluster),
    changed AS (
        UPDATE orleans_silos s SET status = @Status, suspected_by = @SuspectTimes, alive_at = @IAmAliveTime
        FROM turn t WHERE s.cluster = t.cluster AND s.address = @Address AND s.port = @Port
            AND s.generation = @Generation
        RETURNING 1)
    SELECT count(*)::integer FROM changed
$query$),
('UpdateIAmAlivetimeKey', $query$
    UPDATE orleans_silos SET alive_at = @IAmAliveTime
    WHERE cluster = @DeploymentId AND address = @Address AND port = @Port AND generation = @Generation
$query$),
('MembershipReadRowKey', $query$
    SELECT c.cluster AS DeploymentId, m.Address, m.Port, m.Generation, m.SiloName, m.HostName, m.Status, m.ProxyPort,
           m.SuspectTimes, m.StartTime, m.IAmAliveTime, c.version AS Version
    FROM orleans_clusters c LEFT JOIN orleans_members m ON m.DeploymentId = c.cluster AND m.Address = @Address
        AND m.Port = @Port AND m.Generation = @Generation
    WHERE c.cluster = @DeploymentId
$query$),
('MembershipReadAllKey', $query$
    SELECT * FROM orleans_members WHERE DeploymentId = @DeploymentId
$query$),
('GatewaysQueryKey', $query$
    SELECT Address, ProxyPort, Generation FROM orleans_members
    WHERE DeploymentId = @DeploymentId AND Status = @Status AND ProxyPort > 0
$query$),
-- Status 3: active. One that was active and says nothing more is not removed, but declared dead.
('CleanupDefunctSiloEntriesKey', $query$
    DELETE FROM orleans_silos WHERE cluster = @DeploymentId AND alive_at < @IAmAliveTime AND status <> 3
$query$),
('DeleteMembershipTableEntriesKey', $query$
    WITH silos AS (DELETE FROM orleans_silos WHERE cluster = @DeploymentId)
    DELETE FROM orleans_clusters WHERE cluster = @DeploymentId
$query$);
