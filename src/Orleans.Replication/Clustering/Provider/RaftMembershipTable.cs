using Google.Protobuf;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Replication.Clustering.Membership;
using Orleans.Replication.Clustering.Membership.Wire;
using Orleans.Replication.Groups;
using Orleans.Replication.Storage.Records;
using Orleans.Runtime;

namespace Orleans.Replication.Clustering.Provider;

/// <summary>
/// The membership table of the silos, in a Raft group. Rows and table version are read from one snapshot of a replica, after a read
/// index was confirmed; a change with all its conditions is one command. The table's etag is the version of the table's version record, a row's
/// etag the version of the row's record; a heartbeat touches neither.
/// </summary>
internal sealed partial class RaftMembershipTable : IMembershipTable
{
    private readonly string _clusterId;
    private readonly MembershipKeys _keys;
    private readonly RecordRange _version;
    private readonly RecordRange[] _all;
    private readonly Func<IGroupAccess> _group;
    private readonly Func<SiloAddress?> _self;
    private readonly ShutdownLimit _shutdown;
    private readonly TimeProvider _time;
    private readonly ILogger<RaftMembershipTable> _logger;

    /// <summary>Makes the table. The group is not touched before the first call: a silo makes its services before it validates and starts them.</summary>
    /// <param name="cluster">Whose table it is.</param>
    /// <param name="group">The group that holds it.</param>
    /// <param name="self">The silo whose earlier lives are declared dead when the table is initialized; null for none.</param>
    /// <param name="shutdown">Limits the accesses of a silo that stops.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">The log.</param>
    public RaftMembershipTable(
        IOptions<ClusterOptions> cluster, Func<IGroupAccess> group, Func<SiloAddress?> self, ShutdownLimit shutdown, TimeProvider time,
        ILogger<RaftMembershipTable> logger)
    {
        _clusterId = cluster.Value.ClusterId;
        _keys = new MembershipKeys(_clusterId);
        _version = RecordRange.Key(_keys.Version);
        _all = [RecordRange.Prefix(_keys.All)];
        _group = group;
        _self = self;
        _shutdown = shutdown;
        _time = time;
        _logger = logger;
    }

    /// <summary>
    /// Waits until the group has a leader that answers, and declares this silo's earlier lives dead. The first of three silos waits here until the second
    /// has started; it must not fail, since nobody would start it again.
    /// </summary>
    public async Task InitializeMembershipTableAsync(bool tryInitTableVersion, CancellationToken cancellationToken = default)
    {
        var group = _group();
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                await WaitForLeaderAsync(group, cancellationToken).ConfigureAwait(false);
                using (await group.ReadAsync(MembershipStateTable.TableName, [], cancellationToken).ConfigureAwait(false))
                {
                    // It answers.
                }

                if (_self() is { } self)
                    await EarlierLives.DeclareDeadAsync(this, self, _time, cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (Exception e) when (e is ReplicationUnavailableException or ReplicationOutcomeUnknownException)
            {
                ThrowIfOutOfService(group);
                LogNoQuorum(e, group.Name);
                await Task.Delay(RetryDelay, _time, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Removes the rows and the version of a cluster's table.</summary>
    public async Task DeleteMembershipTableEntriesAsync(string clusterId, CancellationToken cancellationToken = default)
    {
        var key = new MembershipKeys(clusterId).Version;
        await ChangeAsync(new() { Cluster = clusterId, RemoveAll = new() }, key, null, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Removes the rows of dead silos of which nothing was heard since a time.</summary>
    public async Task CleanupDefunctSiloEntriesAsync(DateTimeOffset beforeDate, CancellationToken cancellationToken = default)
    {
        var change = new MembershipChange { Cluster = _clusterId, RemoveDefunct = new() { Before = beforeDate.UtcTicks } };
        await ChangeAsync(change, _keys.Version, null, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<MembershipTableData> ReadRowAsync(SiloAddress key, CancellationToken cancellationToken = default)
    {
        var silo = key.ToParsableString();
        var row = _keys.Row(silo);
        using var snapshot = await ReadAsync([_version, RecordRange.Key(row), RecordRange.Key(_keys.Heartbeat(silo))], cancellationToken).ConfigureAwait(false);
        var version = ReadVersion(snapshot, _keys);
        return snapshot.TryGet(row, out var record)
            ? new MembershipTableData(ToRow(record, snapshot, _keys), version)
            : new MembershipTableData(version);
    }

    /// <inheritdoc/>
    public async Task<MembershipTableData> ReadAllAsync(CancellationToken cancellationToken = default)
    {
        using var snapshot = await ReadAsync(_all, cancellationToken).ConfigureAwait(false);
        var rows = snapshot.Scan(_keys.Rows).Select(pair => ToRow(pair.Value, snapshot, _keys)).ToList();
        return new MembershipTableData(rows, ReadVersion(snapshot, _keys));
    }

    /// <inheritdoc/>
    public async Task<bool> InsertRowAsync(MembershipEntry entry, TableVersion tableVersion, CancellationToken cancellationToken = default)
    {
        if (!VersionETag.TryParse(tableVersion.VersionEtag, out var expected))
            return false;

        var insert = new InsertRow
        {
            Silo = entry.SiloAddress.ToParsableString(),
            Row = UnsafeByteOperations.UnsafeWrap(MembershipFormat.EncodeRow(entry)),
            AliveTime = MembershipFormat.ToTicks(entry.IAmAliveTime),
            TableVersion = tableVersion.Version,
        };
        return await ChangeAsync(new() { Cluster = _clusterId, Insert = insert }, _keys.Version, expected, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<bool> UpdateRowAsync(MembershipEntry entry, string etag, TableVersion tableVersion, CancellationToken cancellationToken = default)
    {
        // A silo that takes its leave depends on no other row, and the runtime would try again seconds later.
        while (!await TryUpdateRowAsync(entry, etag, tableVersion, cancellationToken).ConfigureAwait(false))
        {
            if (!_shutdown.IsStopping || !entry.SiloAddress.Equals(_self()))
                return false;
            var now = await ReadRowAsync(entry.SiloAddress, cancellationToken).ConfigureAwait(false);
            if (now.TryGet(entry.SiloAddress)?.Item2 != etag || now.Version.VersionEtag == tableVersion.VersionEtag)
                return false;
            tableVersion = now.Version.Next();
        }

        return true;
    }

    /// <inheritdoc/>
    public async Task UpdateIAmAliveAsync(MembershipEntry entry, CancellationToken cancellationToken = default)
    {
        var silo = entry.SiloAddress.ToParsableString();
        var heartbeat = new Heartbeat { Silo = silo, AliveTime = MembershipFormat.ToTicks(entry.IAmAliveTime) };
        await ChangeAsync(new() { Cluster = _clusterId, Heartbeat = heartbeat }, _keys.Heartbeat(silo), null, cancellationToken).ConfigureAwait(false);
    }
}
