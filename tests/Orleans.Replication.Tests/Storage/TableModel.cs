using Orleans.Replication.Raft;

namespace Orleans.Replication.Tests.Storage;

/// <summary>
/// A group of one table in memory: what a replica does with a committed command, as <see cref="Command"/> and <see cref="IReplicatedTable"/>
/// describe it. For tests of tables alone; tests of providers use a real group.
/// </summary>
internal sealed class TableModel(IReplicatedTable table) : IStateTransaction
{
    private readonly SortedDictionary<byte[], StateRecord> _records = new(BytewiseComparer.Instance);
    private SortedDictionary<byte[], StateRecord>? _before;
    private long _index;

    /// <summary>The index of the last command.</summary>
    public long Index => _index;

    /// <summary>The members of the group at the next command.</summary>
    public long ConfigurationIndex { get; set; }

    /// <summary>The leader's clock at the next command.</summary>
    public DateTimeOffset Timestamp { get; set; } = DateTimeOffset.UnixEpoch;

    /// <summary>All records, for comparing two replicas.</summary>
    public IEnumerable<(string Key, string Value, long Version)> Dump() =>
        _records.Select(r => (Convert.ToHexString(r.Key), Convert.ToHexString(r.Value.Value.Span), r.Value.Version));

    /// <summary>Runs a committed command.</summary>
    public CommandResult Run(Command command)
    {
        _index++;
        var key = command.Key.ToArray();
        if (command.ExpectedVersion is { } expected && expected != VersionOf(key))
            return new(CommandStatus.VersionMismatch, VersionOf(key), default);

        _before = new(_records, BytewiseComparer.Instance);
        var context = new CommandContext
        {
            Index = _index,
            Timestamp = Timestamp,
            Seed = 0,
            ConfigurationIndex = ConfigurationIndex,
            Key = key,
            Payload = command.Payload,
        };
        CommandOutcome outcome;
        try
        {
            outcome = table.Apply(context, this);
        }
        catch
        {
            // The replica is out of service, and keeps nothing of the command.
            Restore(_before);
            _index--;
            throw;
        }

        if (!outcome.Accepted)
            Restore(_before);
        return new(outcome.Accepted ? CommandStatus.Ok : CommandStatus.Rejected, VersionOf(key), outcome.Payload);
    }

    /// <summary>The same records for another table, as after a restart.</summary>
    public TableModel CopyFor(IReplicatedTable other)
    {
        var copy = new TableModel(other) { _index = _index, Timestamp = Timestamp };
        foreach (var (key, record) in _records)
            copy._records.Add(key, record);
        return copy;
    }

    public bool TryGet(ReadOnlySpan<byte> key, out StateRecord record) => _records.TryGetValue(key.ToArray(), out record);

    public IEnumerable<KeyValuePair<ReadOnlyMemory<byte>, StateRecord>> Scan(ReadOnlyMemory<byte> prefix) =>
        _records.Where(r => r.Key.AsSpan().StartsWith(prefix.Span)).Select(r => KeyValuePair.Create((ReadOnlyMemory<byte>)r.Key, r.Value)).ToList();

    public IEnumerable<KeyValuePair<ReadOnlyMemory<byte>, StateRecord>> ScanRange(ReadOnlyMemory<byte> first, ReadOnlyMemory<byte>? end) =>
        _records.Where(r => r.Key.AsSpan().SequenceCompareTo(first.Span) >= 0 && (end is not { } bound || r.Key.AsSpan().SequenceCompareTo(bound.Span) < 0))
            .Select(r => KeyValuePair.Create((ReadOnlyMemory<byte>)r.Key, r.Value));

    public void Put(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value) => _records[key.ToArray()] = new(value.ToArray(), _index);

    public void Delete(ReadOnlySpan<byte> key) => _records.Remove(key.ToArray());

    private long VersionOf(byte[] key) => _records.TryGetValue(key, out var record) ? record.Version : 0;

    private void Restore(SortedDictionary<byte[], StateRecord> before)
    {
        _records.Clear();
        foreach (var (key, record) in before)
            _records[key] = record;
    }
}
