namespace Orleans.Replication.Raft.State;

/// <summary>
/// The changes of one log entry: seen by its own later commands, written all at once with the applied position (SAFETY 5). A command that is
/// refused is undone alone.
/// </summary>
internal sealed class StateBatch
{
    private readonly Dictionary<byte[], StoredValue?> _changes = new(ByteKeyComparer.Instance);
    private readonly Dictionary<byte[], StoredValue?>.AlternateLookup<ReadOnlySpan<byte>> _bySpan;
    private readonly List<(byte[] Key, bool WasChanged, StoredValue? Before)> _undo = [];

    public StateBatch() => _bySpan = _changes.GetAlternateLookup<ReadOnlySpan<byte>>();

    /// <summary>The keys that it changes, in no order.</summary>
    public IReadOnlyCollection<byte[]> Keys => _changes.Keys;

    /// <summary>All that it changes, each key once, in no order. A null value is a deletion.</summary>
    public IReadOnlyCollection<KeyValuePair<byte[], StoredValue?>> Changes => _changes;

    /// <summary>What the batch says about a key; false when it says nothing. A null value is a deletion.</summary>
    public bool TryGet(ReadOnlySpan<byte> key, out StoredValue? value) => _bySpan.TryGetValue(key, out value);

    /// <summary>The batch's own changes below a prefix, in no order.</summary>
    public IEnumerable<KeyValuePair<byte[], StoredValue?>> Below(ReadOnlyMemory<byte> prefix) =>
        _changes.Where(change => change.Key.AsSpan().StartsWith(prefix.Span));

    /// <summary>The batch's own changes of a range of keys, in no order.</summary>
    public IEnumerable<KeyValuePair<byte[], StoredValue?>> Within(ReadOnlyMemory<byte> first, ReadOnlyMemory<byte> end) =>
        _changes.Where(change => change.Key.AsSpan().SequenceCompareTo(first.Span) >= 0 && change.Key.AsSpan().SequenceCompareTo(end.Span) < 0);

    /// <summary>Writes, or deletes when <paramref name="value"/> is null.</summary>
    public void Set(byte[] key, StoredValue? value)
    {
        var wasChanged = _changes.TryGetValue(key, out var before);
        _undo.Add((key, wasChanged, before));
        _changes[key] = value;
    }

    /// <summary>Keeps what the current command has changed, and begins the next.</summary>
    public void Accept() => _undo.Clear();

    /// <summary>Takes back what the current command has changed, and begins the next.</summary>
    public void Undo()
    {
        for (var i = _undo.Count - 1; i >= 0; i--)
        {
            var (key, wasChanged, before) = _undo[i];
            if (wasChanged)
                _changes[key] = before;
            else
                _changes.Remove(key);
        }

        _undo.Clear();
    }

    /// <summary>Starts afresh.</summary>
    public void Clear()
    {
        _changes.Clear();
        _undo.Clear();
    }
}
