-- Which cluster the tables belong to, and its silos. A node that is no silo uses none of this.

-- Two clusters over the same kernels would fence each other off without end: the first one to come owns the tables.
CREATE TABLE cluster(
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    id text COLLATE "C" NOT NULL,
    since timestamptz NOT NULL DEFAULT now());

-- The membership of Orleans. Every change names the version that it was made from and raises it, in one statement: of
-- two that are made from the same version, one changes nothing and says so.
CREATE TABLE silo_tables(
    cluster text COLLATE "C" PRIMARY KEY,
    version integer NOT NULL DEFAULT 0);
CREATE TABLE silos(
    cluster text COLLATE "C" NOT NULL REFERENCES silo_tables,
    address text COLLATE "C" NOT NULL,
    port integer NOT NULL,
    generation integer NOT NULL,
    name text NOT NULL,
    host text NOT NULL,
    status integer NOT NULL,
    gateway_port integer NOT NULL,
    suspicions text,
    started_at timestamptz NOT NULL,
    alive_at timestamptz NOT NULL,
    PRIMARY KEY (cluster, address, port, generation));

-- The statements that the membership provider of Orleans (Clustering.AdoNet 10) runs. The names of the table, of its
-- columns, of the keys, the parameters and the result columns are the provider's.
CREATE TABLE OrleansQuery(
    QueryKey text PRIMARY KEY,
    QueryText text NOT NULL);
INSERT INTO OrleansQuery(QueryKey, QueryText) VALUES
('InsertMembershipVersionKey', '
    WITH made AS (
        INSERT INTO silo_tables(cluster) VALUES (@DeploymentId) ON CONFLICT DO NOTHING RETURNING 1)
    SELECT count(*)::integer FROM made'),
('InsertMembershipKey', '
    WITH next AS (
        UPDATE silo_tables SET version = version + 1
        WHERE cluster = @DeploymentId AND version = @Version
            AND NOT EXISTS (
                SELECT FROM silos s
                WHERE s.cluster = @DeploymentId AND s.address = @Address AND s.port = @Port
                    AND s.generation = @Generation)
        RETURNING cluster),
    made AS (
        INSERT INTO silos(
            cluster, address, port, generation, name, host, status, gateway_port, started_at, alive_at)
        SELECT
            cluster, @Address, @Port, @Generation, @SiloName, @HostName, @Status, @ProxyPort, @StartTime, @IAmAliveTime
        FROM next
        RETURNING 1)
    SELECT count(*)::integer FROM made'),
('UpdateMembershipKey', '
    WITH next AS (
        UPDATE silo_tables SET version = version + 1
        WHERE cluster = @DeploymentId AND version = @Version
            AND EXISTS (
                SELECT FROM silos s
                WHERE s.cluster = @DeploymentId AND s.address = @Address AND s.port = @Port
                    AND s.generation = @Generation)
        RETURNING cluster),
    changed AS (
        UPDATE silos s SET status = @Status, suspicions = @SuspectTimes, alive_at = @IAmAliveTime
        FROM next
        WHERE s.cluster = next.cluster AND s.address = @Address AND s.port = @Port AND s.generation = @Generation
        RETURNING 1)
    SELECT count(*)::integer FROM changed'),
('UpdateIAmAlivetimeKey', '
    UPDATE silos SET alive_at = @IAmAliveTime
    WHERE cluster = @DeploymentId AND address = @Address AND port = @Port AND generation = @Generation'),
('MembershipReadRowKey', '
    SELECT t.cluster AS DeploymentId, s.address AS Address, s.port AS Port, s.generation AS Generation,
        s.name AS SiloName, s.host AS HostName, s.status AS Status, s.gateway_port AS ProxyPort,
        s.suspicions AS SuspectTimes, s.started_at AS StartTime, s.alive_at AS IAmAliveTime, t.version AS Version
    FROM silo_tables t
    LEFT JOIN silos s
        ON s.cluster = t.cluster AND s.address = @Address AND s.port = @Port AND s.generation = @Generation
    WHERE t.cluster = @DeploymentId'),
('MembershipReadAllKey', '
    SELECT t.cluster AS DeploymentId, s.address AS Address, s.port AS Port, s.generation AS Generation,
        s.name AS SiloName, s.host AS HostName, s.status AS Status, s.gateway_port AS ProxyPort,
        s.suspicions AS SuspectTimes, s.started_at AS StartTime, s.alive_at AS IAmAliveTime, t.version AS Version
    FROM silo_tables t
    LEFT JOIN silos s ON s.cluster = t.cluster
    WHERE t.cluster = @DeploymentId'),
('GatewaysQueryKey', '
    SELECT address AS Address, gateway_port AS ProxyPort, generation AS Generation
    FROM silos
    WHERE cluster = @DeploymentId AND status = @Status AND gateway_port > 0'),
('DeleteMembershipTableEntriesKey', '
    WITH gone AS (DELETE FROM silos WHERE cluster = @DeploymentId)
    DELETE FROM silo_tables WHERE cluster = @DeploymentId'),
-- 3 is "active".
('CleanupDefunctSiloEntriesKey', '
    DELETE FROM silos WHERE cluster = @DeploymentId AND alive_at < @IAmAliveTime AND status <> 3');
