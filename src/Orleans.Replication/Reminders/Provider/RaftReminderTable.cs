using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Replication.Groups;
using Orleans.Replication.Raft;
using Orleans.Replication.Reminders.Records;
using Orleans.Replication.Storage.Records;
using Orleans.Runtime;

namespace Orleans.Replication.Reminders.Provider;

/// <summary>
/// The reminders of a service in a Raft group. A read is linearizable and reads one snapshot of a replica; a range of the ring is a range of
/// keys, and nothing outside it is touched. A row's etag is the version of its record.
/// </summary>
/// <param name="cluster">Names the service: reminders outlive clusters, so they are kept by service.</param>
/// <param name="group">Finds the group. Not called before the silo starts.</param>
internal sealed class RaftReminderTable(IOptions<ClusterOptions> cluster, Func<IGroupAccess> group) : IReminderTable
{
    private readonly ReminderKeys _keys = new(cluster.Value.ServiceId);

    /// <summary>Checks that the group exists, as far as this silo can know. There is nothing to open: the silo's membership, and its catching up, already wait for the group.</summary>
    /// <exception cref="ReplicationConfigurationException">This silo has no such group.</exception>
    public Task StartAsync(CancellationToken cancellationToken = default)
    {
        _ = group();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<ReminderTableData> ReadRows(GrainId grainId) => ReadRows(grainId, CancellationToken.None);

    /// <inheritdoc/>
    public Task<ReminderTableData> ReadRows(uint begin, uint end) => ReadRows(begin, end, CancellationToken.None);

    /// <inheritdoc/>
    public Task<ReminderEntry?> ReadRow(GrainId grainId, string reminderName) => ReadRow(grainId, reminderName, CancellationToken.None);

    /// <inheritdoc/>
    public Task<string?> UpsertRow(ReminderEntry entry) => UpsertRow(entry, CancellationToken.None);

    /// <inheritdoc/>
    public Task<bool> RemoveRow(GrainId grainId, string reminderName, string eTag) => RemoveRow(grainId, reminderName, eTag, CancellationToken.None);

    /// <inheritdoc/>
    public Task TestOnlyClearTable() => TestOnlyClearTable(CancellationToken.None);

    /// <inheritdoc/>
    public async Task<ReminderTableData> ReadRows(GrainId grainId, CancellationToken cancellationToken)
    {
        var reminders = _keys.OfGrain(grainId);
        using var snapshot = await ReadAsync([RecordRange.Prefix(reminders)], cancellationToken).ConfigureAwait(false);
        return new ReminderTableData(snapshot.Scan(reminders).Select(ToEntry));
    }

    /// <inheritdoc/>
    public async Task<ReminderTableData> ReadRows(uint begin, uint end, CancellationToken cancellationToken)
    {
        RecordRange[] ranges = [.. Ranges(begin, end)];
        using var snapshot = await ReadAsync(ranges, cancellationToken).ConfigureAwait(false);
        return new ReminderTableData(ranges.SelectMany(range => snapshot.ScanRange(range.First, range.End)).Select(ToEntry));
    }

    /// <inheritdoc/>
    public async Task<ReminderEntry?> ReadRow(GrainId grainId, string reminderName, CancellationToken cancellationToken)
    {
        var key = _keys.Of(grainId, reminderName);
        var found = await group().FindAsync(ReminderStateTable.TableName, key, cancellationToken).ConfigureAwait(false);
        return found is { } record ? ToEntry(KeyValuePair.Create((ReadOnlyMemory<byte>)key, record)) : null;
    }

    /// <summary>Writes a row, whatever its etag.</summary>
    /// <returns>The row's new etag.</returns>
    public async Task<string?> UpsertRow(ReminderEntry entry, CancellationToken cancellationToken)
    {
        var record = ReminderRecord.Encode(entry.StartAt, entry.Period);
        var result = await ChangeAsync(_keys.Of(entry.GrainId, entry.ReminderName), record, null, cancellationToken).ConfigureAwait(false);
        return VersionETag.Format(result.Version);
    }

    /// <inheritdoc/>
    public async Task<bool> RemoveRow(GrainId grainId, string reminderName, string eTag, CancellationToken cancellationToken)
    {
        // A record has no version 0: it would stand for a row that does not exist.
        if (!VersionETag.TryParse(eTag, out var version) || version == 0)
            return false;
        var result = await ChangeAsync(_keys.Of(grainId, reminderName), ReminderRecord.Removal, version, cancellationToken).ConfigureAwait(false);
        return result.Status == CommandStatus.Ok;
    }

    /// <inheritdoc/>
    public Task TestOnlyClearTable(CancellationToken cancellationToken) => ChangeAsync(_keys.All, ReminderRecord.Clearing, null, cancellationToken);

    // (begin, end] on the ring of hashes. When begin is not below end, the range goes around the end of the ring.
    private IEnumerable<RecordRange> Ranges(uint begin, uint end)
    {
        if (begin >= end && begin < uint.MaxValue)
            yield return new(_keys.FromHash(begin + 1), RecordRange.Prefix(_keys.All).End);
        yield return new(_keys.FromHash(begin < end ? begin + 1 : 0), end < uint.MaxValue ? _keys.FromHash(end + 1) : RecordRange.Prefix(_keys.All).End);
    }

    private ReminderEntry ToEntry(KeyValuePair<ReadOnlyMemory<byte>, StateRecord> pair)
    {
        var (grainId, name) = _keys.Read(pair.Key.Span);
        var (startAt, period) = ReminderRecord.Decode(pair.Value.Value.Span);
        return new() { GrainId = grainId, ReminderName = name, StartAt = startAt, Period = period, ETag = VersionETag.Format(pair.Value.Version) };
    }

    private ValueTask<IStateSnapshot> ReadAsync(IReadOnlyList<RecordRange> ranges, CancellationToken cancellationToken) =>
        group().ReadAsync(ReminderStateTable.TableName, ranges, cancellationToken);

    private async Task<CommandResult> ChangeAsync(ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> payload, long? expectedVersion, CancellationToken cancellationToken)
    {
        var result = await group().ProposeAsync(new Command(ReminderStateTable.TableName, key, payload, expectedVersion), cancellationToken).ConfigureAwait(false);
        return result.Status != CommandStatus.Rejected
            ? result
            : throw new InvalidOperationException("The group refused the command as malformed: its members run different versions of the software.");
    }
}
