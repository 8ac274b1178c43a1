-- The tables and queries that Orleans' ADO.NET clustering finds by their keys. Each change is one statement: the row of the version is locked by its
-- update, and whoever comes second does not find the version that he has read.
CREATE TABLE OrleansQuery (QueryKey text PRIMARY KEY, QueryText text NOT NULL);

CREATE TABLE MembershipVersion (DeploymentId text PRIMARY KEY, Version integer NOT NULL DEFAULT 0);

CREATE TABLE Membership (
    DeploymentId text NOT NULL, Address text NOT NULL, Port integer NOT NULL, Generation integer NOT NULL,
    SiloName text NOT NULL, HostName text NOT NULL, Status integer NOT NULL, ProxyPort integer, SuspectTimes text,
    StartTime timestamptz NOT NULL, IAmAliveTime timestamptz NOT NULL,
    PRIMARY KEY (DeploymentId, Address, Port, Generation));

INSERT INTO OrleansQuery VALUES
('InsertMembershipVersionKey',
 'WITH added AS (INSERT INTO MembershipVersion (DeploymentId) VALUES (@DeploymentId) ON CONFLICT DO NOTHING RETURNING 1)
  SELECT count(*)::int FROM added'),
('InsertMembershipKey',
 'WITH moved AS (UPDATE MembershipVersion SET Version = Version + 1 WHERE DeploymentId = @DeploymentId AND Version = @Version RETURNING 1),
  added AS (INSERT INTO Membership (DeploymentId, Address, Port, Generation, SiloName, HostName, Status, ProxyPort, StartTime, IAmAliveTime)
    SELECT @DeploymentId, @Address, @Port, @Generation, @SiloName, @HostName, @Status, @ProxyPort, @StartTime, @IAmAliveTime FROM moved RETURNING 1)
  SELECT count(*)::int FROM added'),
('UpdateMembershipKey',
 'WITH moved AS (UPDATE MembershipVersion SET Version = Version + 1 WHERE DeploymentId = @DeploymentId AND Version = @Version RETURNING 1),
  changed AS (UPDATE Membership m SET Status = @Status, SuspectTimes = @SuspectTimes, IAmAliveTime = @IAmAliveTime FROM moved
    WHERE m.DeploymentId = @DeploymentId AND m.Address = @Address AND m.Port = @Port AND m.Generation = @Generation RETURNING 1)
  SELECT count(*)::int FROM changed'),
('UpdateIAmAlivetimeKey',
 'UPDATE Membership SET IAmAliveTime = @IAmAliveTime
  WHERE DeploymentId = @DeploymentId AND Address = @Address AND Port = @Port AND Generation = @Generation'),
('MembershipReadRowKey',
 'SELECT v.DeploymentId, Address, Port, Generation, SiloName, HostName, Status, ProxyPort, SuspectTimes, StartTime, IAmAliveTime, v.Version
  FROM MembershipVersion v LEFT JOIN Membership m ON m.DeploymentId = v.DeploymentId AND Address = @Address AND Port = @Port AND Generation = @Generation
  WHERE v.DeploymentId = @DeploymentId'),
('MembershipReadAllKey',
 'SELECT v.DeploymentId, Address, Port, Generation, SiloName, HostName, Status, ProxyPort, SuspectTimes, StartTime, IAmAliveTime, v.Version
  FROM MembershipVersion v LEFT JOIN Membership m ON m.DeploymentId = v.DeploymentId WHERE v.DeploymentId = @DeploymentId'),
('GatewaysQueryKey',
 'SELECT Address, ProxyPort, Generation FROM Membership WHERE DeploymentId = @DeploymentId AND Status = @Status AND ProxyPort > 0'),
('DeleteMembershipTableEntriesKey',
 'DELETE FROM Membership WHERE DeploymentId = @DeploymentId; DELETE FROM MembershipVersion WHERE DeploymentId = @DeploymentId'),
('CleanupDefunctSiloEntriesKey',
 'DELETE FROM Membership WHERE DeploymentId = @DeploymentId AND IAmAliveTime < @IAmAliveTime AND Status = 6'),
('CleanupDefunctSiloEntryKey',
 'DELETE FROM Membership WHERE DeploymentId = @DeploymentId AND Address = @Address AND Port = @Port AND Generation = @Generation AND Status = 6');
