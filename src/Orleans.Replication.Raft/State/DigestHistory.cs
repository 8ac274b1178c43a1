using System.Buffers;
using System.Buffers.Binary;
using System.IO.Hashing;

namespace Orleans.Replication.Raft.State;

/// <summary>
/// The rolling hash of a state's changes, kept in the same atomic batch as the changes and the position (SAFETY 14). Each log entry adds the sum of the hashes of its changes, in whatever
/// order they come, so that neither the order of a hash table nor how the database groups its writes is in it.
/// <para>
/// Replicas are not at the same entry when they are asked, so each remembers its hash at every <see cref="MarkEvery"/>th index, the last <see cref="MarksKept"/> of them. And the hash
/// starts again at every <see cref="Epoch"/>th: replicas that have begun to hash at different entries, because of an upgrade, are comparable from the next start on.
/// </para>
/// </summary>
/// <remarks>Moved by the thread that applies; read by any.</remarks>
internal sealed class DigestHistory
{
    /// <summary>After so many indexes the hash starts again.</summary>
    public const long Epoch = 65_536;

    /// <summary>After so many indexes the hash is remembered. Divides <see cref="Epoch"/>.</summary>
    public const long MarkEvery = 1_024;

    /// <summary>How many hashes are remembered: those of two epochs.</summary>
    public const int MarksKept = 128;

    private const int RolledBytes = (2 * StateDigest.HashBytes) + (3 * sizeof(long));

    private readonly Lock _gate = new();
    private readonly Queue<StateDigest> _marks = new();
    private StateDigest _current;

    /// <summary>Goes by what a database holds. One that was last written by software without hashes begins with its next entry.</summary>
    public void Load(Database database, long appliedIndex)
    {
        var current = database.Get(StateKeys.Digest) is { } encoded && StateDigest.Decode(encoded) is { } decoded && decoded.Index == appliedIndex
            ? decoded
            : new StateDigest(appliedIndex == 0 ? 0 : appliedIndex + 1, appliedIndex, default);
        lock (_gate)
        {
            _current = current;
            _marks.Clear();
            foreach (var mark in database.Scan(StateKeys.Marks.ToArray()).Select(entry => StateDigest.Decode(entry.Value)).OfType<StateDigest>())
                _marks.Enqueue(mark);
        }
    }

    /// <summary>The hash of now.</summary>
    public StateDigest Current
    {
        get
        {
            lock (_gate)
                return _current;
        }
    }

    /// <summary>The remembered hashes and the one of now, in the order of their indexes.</summary>
    public IReadOnlyList<StateDigest> All()
    {
        lock (_gate)
            return [.. _marks, _current];
    }

    /// <summary>Adds what a log entry has changed, and puts what is remembered from now on into the entry's batch.</summary>
    public void Advance(in AppliedPosition position, StateBatch batch)
    {
        var sum = Sum(batch.Changes);
        lock (_gate)
        {
            Pass(position.Index, batch);
            _current = _current with { Index = position.Index, Hash = Roll(_current.Hash, position, sum) };
        }
    }

    private static long EpochOf(long index) => index / Epoch * Epoch;

    /// <summary>Remembers the hash behind which an index is the first of another interval, and starts again where another epoch begins.</summary>
    private void Pass(long index, StateBatch batch)
    {
        var boundary = index / MarkEvery * MarkEvery;
        if (boundary <= _current.Index)
            return;

        // One that has not begun with its epoch would be like no other's.
        if (_current.Since == EpochOf(boundary - 1))
        {
            var mark = _current with { Index = boundary - 1 };
            _marks.Enqueue(mark);
            batch.Set(StateKeys.Mark(mark.Index), mark.Encode());
            while (_marks.Count > MarksKept)
                batch.Set(StateKeys.Mark(_marks.Dequeue().Index), null);
        }

        if (EpochOf(index) != EpochOf(_current.Index))
            _current = new StateDigest(EpochOf(index), _current.Index, default);
    }

    private static UInt128 Sum(IReadOnlyCollection<KeyValuePair<byte[], StoredValue?>> changes)
    {
        var sum = UInt128.Zero;
        foreach (var (key, value) in changes)
        {
            // The key's hash is the seed of the value's; that of a deletion is another one.
            var ofKey = XxHash128.HashToUInt128(key);
            var seed = (long)(ulong)ofKey;
            sum += UInt128.RotateLeft(ofKey, 64) ^ (value is null ? XxHash128.HashToUInt128([], ~seed) : Hash(value.Bytes, seed));
        }

        return sum;
    }

    private static UInt128 Hash(in ReadOnlySequence<byte> value, long seed)
    {
        if (value.IsSingleSegment)
            return XxHash128.HashToUInt128(value.FirstSpan, seed);
        var hash = new XxHash128(seed);
        foreach (var piece in value)
            hash.Append(piece.Span);
        return hash.GetCurrentHashAsUInt128();
    }

    private static UInt128 Roll(UInt128 hash, in AppliedPosition position, UInt128 sum)
    {
        Span<byte> bytes = stackalloc byte[RolledBytes];
        BinaryPrimitives.WriteUInt128LittleEndian(bytes, hash);
        BinaryPrimitives.WriteUInt128LittleEndian(bytes[16..], sum);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[32..], position.Index);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[40..], position.Commands);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[48..], position.Time.UtcTicks);
        return XxHash128.HashToUInt128(bytes);
    }
}
