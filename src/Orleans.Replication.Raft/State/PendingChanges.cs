using System.Buffers;
using System.Collections.Concurrent;
using RocksDbSharp;

namespace Orleans.Replication.Raft.State;

/// <summary>
/// The changes of the last log entries, before the database is given them, some entries at a time: a record that each of them changes costs the database one write. Nothing is lost
/// by it: the database keeps no log, and what it has not yet on disk the Raft log has.
/// </summary>
/// <remarks>Any thread may look a key up; adding and moving is for one at a time.</remarks>
internal sealed class PendingChanges
{
    /// <summary>So many entries wait at most: what a crash leaves to be applied again grows with them.</summary>
    public const int MaxEntries = 32;

    /// <summary>So many bytes wait at most, but for the entry that makes them more.</summary>
    public const int MaxBytes = 2 << 20;

    private readonly ConcurrentDictionary<byte[], StoredValue?> _values = new(ByteKeyComparer.Instance);
    private readonly ConcurrentDictionary<byte[], StoredValue?>.AlternateLookup<ReadOnlySpan<byte>> _bySpan;
    private int _entries;
    private long _bytes;

    public PendingChanges() => _bySpan = _values.GetAlternateLookup<ReadOnlySpan<byte>>();

    /// <summary>There is something to be moved.</summary>
    public bool Any => _entries > 0;

    /// <summary>It is time to move.</summary>
    public bool IsFull => _entries >= MaxEntries || _bytes > MaxBytes;

    /// <summary>The value that a key has got; false when it was not changed. A null value is a deletion.</summary>
    public bool TryGet(ReadOnlySpan<byte> key, out StoredValue? value) => _bySpan.TryGetValue(key, out value);

    /// <summary>Adds what an entry has changed.</summary>
    public void Add(IReadOnlyCollection<KeyValuePair<byte[], StoredValue?>> changes)
    {
        _entries++;
        foreach (var (key, value) in changes)
        {
            if (_values.TryGetValue(key, out var before))
                _bytes -= before?.Length ?? 0;
            else
                _bytes += key.Length;
            _bytes += value?.Length ?? 0;
            _values[key] = value;
        }
    }

    /// <summary>Puts everything into a batch of the database. It is still found here until <see cref="Clear"/>.</summary>
    public void CopyTo(WriteBatch batch)
    {
        foreach (var (key, value) in _values)
        {
            if (value is null)
                batch.Delete(key.AsSpan());
            else
                Put(batch, key, value.Bytes);
        }
    }

    /// <summary>Forgets everything: the database has it, or another one is in its place.</summary>
    public void Clear()
    {
        _values.Clear();
        (_entries, _bytes) = (0, 0);
    }

    private static void Put(WriteBatch batch, byte[] key, in ReadOnlySequence<byte> value)
    {
        if (value.IsSingleSegment)
        {
            batch.Put(key.AsSpan(), value.FirstSpan);
            return;
        }

        // Once in so many entries, and not into new memory.
        var whole = ArrayPool<byte>.Shared.Rent((int)value.Length);
        value.CopyTo(whole);
        batch.Put(key.AsSpan(), whole.AsSpan(0, (int)value.Length));
        ArrayPool<byte>.Shared.Return(whole);
    }
}
