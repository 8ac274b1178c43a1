using System.Collections.Immutable;

namespace Orleans.Replication.Raft.State;

/// <summary>The watches of a replica's records and tables: begun and ended by any thread, signalled by the one that applies.</summary>
internal sealed class RecordWatches
{
    private readonly Lock _gate = new();
    private readonly Dictionary<byte[], ImmutableArray<RecordWatch>> _byKey = new(ByteKeyComparer.Instance);
    private ImmutableArray<RecordWatch> _ofTables = [];
    private volatile int _count;
    private volatile string? _ended;

    /// <summary>Begins a watch of a key, that of its table in front.</summary>
    public RecordWatch Add(byte[] key)
    {
        var watch = new RecordWatch(this, key);
        lock (_gate)
        {
            _byKey[key] = (_byKey.TryGetValue(key, out var others) ? others : []).Add(watch);
            _count++;
        }

        return watch;
    }

    /// <summary>Begins a watch of all keys of a table.</summary>
    public RecordWatch AddTable(byte[] prefix)
    {
        var watch = new RecordWatch(this, prefix);
        lock (_gate)
        {
            _ofTables = _ofTables.Add(watch);
            _count++;
        }

        return watch;
    }

    public void Remove(RecordWatch watch)
    {
        lock (_gate)
        {
            if (_ofTables.Contains(watch))
            {
                _ofTables = _ofTables.Remove(watch);
                _count--;
                return;
            }

            if (!_byKey.TryGetValue(watch.Key, out var all) || !all.Contains(watch))
                return;
            if (all.Length == 1)
                _byKey.Remove(watch.Key);
            else
                _byKey[watch.Key] = all.Remove(watch);
            _count--;
        }
    }

    /// <summary>Those that watch one of the keys, or a table that has one of them.</summary>
    public IReadOnlyList<RecordWatch> Of(IReadOnlyCollection<byte[]> keys)
    {
        if (_count == 0)
            return [];
        var watching = new List<RecordWatch>();
        lock (_gate)
        {
            foreach (var key in keys)
            {
                if (_byKey.TryGetValue(key, out var watches))
                    watching.AddRange(watches);
            }

            foreach (var table in _ofTables)
            {
                if (keys.Any(key => key.AsSpan().StartsWith(table.Key)))
                    watching.Add(table);
            }
        }

        return watching;
    }

    /// <summary>Anything may have changed.</summary>
    public void SignalAll()
    {
        List<RecordWatch> all;
        lock (_gate)
            all = [.. _byKey.Values.SelectMany(watches => watches), .. _ofTables];
        foreach (var watch in all)
            watch.Signal();
    }

    /// <summary>There will be no more changes: every wait, present and future, fails with the reason.</summary>
    public void End(string reason)
    {
        _ended ??= reason;
        SignalAll();
    }

    public void ThrowIfEnded()
    {
        if (_ended is { } reason)
            throw new GroupUnavailableException(reason);
    }
}
