using Google.Protobuf;
using Microsoft.Extensions.Logging;
using Orleans.Replication.Clustering.Membership;
using Orleans.Replication.Clustering.Membership.Wire;
using Orleans.Replication.Groups;
using Orleans.Replication.Raft;
using Orleans.Replication.Storage.Records;
using Orleans.Runtime;

namespace Orleans.Replication.Clustering.Provider;

/// <content>How the table reads and changes the group's state.</content>
internal sealed partial class RaftMembershipTable
{
    private static readonly TimeSpan WaitingNoticePeriod = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(100);

    private static TableVersion ReadVersion(IStateSnapshot snapshot, MembershipKeys keys)
    {
        // A table without a version record is empty: version 0, and the etag of a record that does not exist.
        var exists = snapshot.TryGet(keys.Version.Span, out var record);
        return new TableVersion(exists ? checked((int)MembershipFormat.DecodeNumber(record.Value.Span)) : 0, VersionETag.Format(record.Version));
    }

    private static Tuple<MembershipEntry, string> ToRow(StateRecord record, IStateSnapshot snapshot, MembershipKeys keys)
    {
        var row = MembershipFormat.DecodeRow(record.Value.Span);
        var entry = MembershipFormat.ToEntry(row, MembershipStateTable.ReadHeartbeat(keys, row.Silo, snapshot));
        return Tuple.Create(entry, VersionETag.Format(record.Version));
    }

    private async Task<IStateSnapshot> ReadAsync(RecordRange[] ranges, CancellationToken cancellationToken) => await _shutdown
        .LimitAsync(_group(), (group, token) => group.ReadAsync(MembershipStateTable.TableName, ranges, token), cancellationToken).ConfigureAwait(false);

    private async Task<bool> TryUpdateRowAsync(MembershipEntry entry, string etag, TableVersion tableVersion, CancellationToken cancellationToken)
    {
        if (!VersionETag.TryParse(tableVersion.VersionEtag, out var expected) || !VersionETag.TryParse(etag, out var rowVersion))
            return false;

        var update = new UpdateRow
        {
            Silo = entry.SiloAddress.ToParsableString(),
            Row = UnsafeByteOperations.UnsafeWrap(MembershipFormat.EncodeRow(entry)),
            AliveTime = MembershipFormat.ToTicks(entry.IAmAliveTime),
            TableVersion = tableVersion.Version,
            RowVersion = rowVersion,
        };
        return await ChangeAsync(new() { Cluster = _clusterId, Update = update }, _keys.Version, expected, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Runs a change. False: one of its conditions did not hold, and nothing was changed.</summary>
    private async Task<bool> ChangeAsync(MembershipChange change, ReadOnlyMemory<byte> key, long? expectedVersion, CancellationToken cancellationToken)
    {
        var command = new Command(MembershipStateTable.TableName, key, MembershipFormat.Encode(change), expectedVersion);
        var result = await _shutdown.LimitAsync(_group(), (group, token) => group.ProposeAsync(command, token), cancellationToken).ConfigureAwait(false);
        switch (result.Status)
        {
            case CommandStatus.Ok:
                return true;
            case CommandStatus.VersionMismatch:
                LogConflict(change.ChangeCase, MembershipRefusal.TableChanged);
                return false;
            default:
                var reason = result.Payload.IsEmpty ? MembershipRefusal.Malformed : (MembershipRefusal)result.Payload.Span[0];
                if (reason == MembershipRefusal.Malformed)
                    throw new InvalidOperationException($"The group refused a membership change ({change.ChangeCase}) as malformed.");
                LogConflict(change.ChangeCase, reason);
                return false;
        }
    }

    private async Task WaitForLeaderAsync(IGroupAccess group, CancellationToken cancellationToken)
    {
        var leader = group.WaitForLeaderAsync(cancellationToken);
        while (!leader.IsCompleted)
        {
            try
            {
                await leader.WaitAsync(WaitingNoticePeriod, _time, cancellationToken).ConfigureAwait(false);
            }
            catch (TimeoutException) when (!leader.IsCompleted)
            {
                ThrowIfOutOfService(group);
                LogWaitingForLeader(group.Name, group.Members);
            }
        }
        await leader.ConfigureAwait(false);
    }

    private static void ThrowIfOutOfService(IGroupAccess group)
    {
        if (group.Fault is { } fault)
            throw new InvalidOperationException($"This silo cannot join its cluster: {fault}");
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Waiting for a leader of group {Group} before joining the cluster. What has to run: {Members}")]
    private partial void LogWaitingForLeader(string group, string members);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Group {Group} cannot serve the membership table yet; trying again")]
    private partial void LogNoQuorum(Exception exception, string group);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Membership change {Change} was refused: {Reason}")]
    private partial void LogConflict(MembershipChange.ChangeOneofCase change, MembershipRefusal reason);
}
