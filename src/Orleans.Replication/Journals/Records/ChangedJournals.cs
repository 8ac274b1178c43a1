using Orleans.Replication.Keys;

namespace Orleans.Replication.Journals.Records;

/// <summary>Collects which journals have changed, for somebody who is told now and then. It takes bounded room: of too many, it only says that any may have.</summary>
internal sealed class ChangedJournals
{
    private const int MaxBytes = 256 << 10;

    /// <summary>What a key takes beside its own bytes, about.</summary>
    private const int OverheadBytes = 64;

    private readonly Lock _lock = new();
    private Dictionary<byte[], long> _changed = new(KeyComparer.Instance);
    private int _bytes;
    private long _any;

    /// <summary>A journal has changed, by the command of an index.</summary>
    public void Add(ReadOnlySpan<byte> journal, long index)
    {
        lock (_lock)
        {
            if (_bytes + journal.Length + OverheadBytes > MaxBytes)
            {
                Forget(Math.Max(index, _changed.Values.Max()));
                return;
            }

            var lookup = _changed.GetAlternateLookup<ReadOnlySpan<byte>>();
            if (!lookup.ContainsKey(journal))
                _bytes += journal.Length + OverheadBytes;
            lookup[journal] = index;
        }
    }

    /// <summary>Any journal may have changed, up to an index.</summary>
    public void AddAny(long index)
    {
        lock (_lock)
            Forget(index);
    }

    /// <summary>What has been collected, which is then collected anew.</summary>
    /// <returns>The journals with the index of their last change; and, when any other may have changed, up to which index, else 0.</returns>
    public (IReadOnlyDictionary<byte[], long> Journals, long Any) Take()
    {
        lock (_lock)
        {
            var taken = (_changed, _any);
            if (_changed.Count > 0)
                _changed = new(KeyComparer.Instance);
            (_bytes, _any) = (0, 0);
            return taken;
        }
    }

    private void Forget(long index)
    {
        _changed.Clear();
        (_bytes, _any) = (0, Math.Max(_any, index));
    }
}
