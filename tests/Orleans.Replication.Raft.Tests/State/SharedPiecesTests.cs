using System.Buffers;
using System.Runtime.InteropServices;
using CsCheck;
using Orleans.Replication.Raft.State;
using Orleans.Replication.Raft.Tests.Divergence;

namespace Orleans.Replication.Raft.Tests.State;

/// <summary>Large values that share memory are as if each had its own.</summary>
public sealed class SharedPiecesTests
{
    private const int Bytes = 200_000;

    private static readonly byte[] Head = [1, 2, 3, 4, 5, 6, 7, 8];

    private enum Edit
    {
        Overwrite,
        Append,
        Insert,
        Remove,
        Truncate,
        Replace,
    }

    /// <summary>Edits one after the other, each value sharing with the one before it; the buffer that they come in is used again, as that of operations is.</summary>
    [Fact]
    public void Every_value_stays_what_it_was_whatever_follows() =>
        Gen.Select(
            Gen.Int[0, 120_000],
            Gen.Select(Gen.Frequency((10, Gen.Const(Edit.Overwrite)), (3, Gen.Const(Edit.Append)), (1, Gen.Enum<Edit>())), Gen.Int[0, 1 << 30], Gen.Int[1, 300]).Array[1, 60]).Sample(
            (size, edits) =>
            {
                var expected = new List<byte[]> { Filled(size, 0) };
                var kept = new List<ReadOnlySequence<byte>> { new(expected[0]) };
                var buffer = new byte[1 << 20];
                foreach (var (edit, at, count) in edits)
                {
                    var next = Apply(expected[^1], edit, at, count);
                    next.CopyTo(buffer, 0);
                    var shared = SharedPieces.TryShare(Head, buffer.AsSpan(0, next.Length), kept[^1]);
                    kept.Add(shared is { } pieces ? pieces.Slice(Head.Length) : new(next.ToArray()));
                    Assert.InRange(Count(kept[^1]), 0, SharedPieces.MaxPieces);
                    Assert.InRange(HeldBytes(kept[^1]), 0, SharedPieces.MaxHeld * Math.Max(next.Length, Head.Length));
                    expected.Add(next);
                    Array.Clear(buffer);
                }

                for (var i = 0; i < kept.Count; i++)
                    Assert.True(kept[i].ToArray().AsSpan().SequenceEqual(expected[i]), $"Value {i} of {kept.Count} has changed.");
            },
            iter: 300);

    [Fact]
    public void A_small_change_keeps_a_page_of_its_own_and_no_more()
    {
        var before = Filled(Bytes, 0);
        var after = before.ToArray();
        after[100_000] ^= 1;
        var shared = Share(after, new(before));
        Assert.Equal(4, Count(shared));
        Assert.Equal(SharedPieces.PageBytes, OwnBytes(shared, before));
    }

    [Fact]
    public void A_change_at_both_ends_keeps_two_pages()
    {
        var before = Filled(Bytes, 0);
        byte[] after = [(byte)(before[0] ^ 1), .. before[1..], 1, 2, 3];
        Assert.Equal(SharedPieces.PageBytes + 3, OwnBytes(Share(after, new(before)), before));
    }

    [Fact]
    public void What_has_little_in_common_is_copied()
    {
        var before = Filled(Bytes, 0);
        Assert.Null(SharedPieces.TryShare(Head, Filled(Bytes, 1), new(before)));
        Assert.Null(SharedPieces.TryShare(Head, [0, .. before], new(before)));
        Assert.Null(SharedPieces.TryShare(Head, before, default));
        Assert.Null(SharedPieces.TryShare(Head, before.AsSpan(0, (Bytes / SharedPieces.MaxHeld) - 1), new(before)));
        Assert.Null(SharedPieces.TryShare(Head, before.AsSpan(0, SharedPieces.MinBytes - 1), new(before)));
    }

    /// <summary>Else replicas that share differently would seem to differ (SAFETY 14).</summary>
    [Fact]
    public void A_value_in_pieces_has_the_hash_of_the_whole()
    {
        using var pieces = new TemporaryState();
        using var whole = new TemporaryState();
        var before = Filled(Bytes, 0);
        var after = before.ToArray();
        after[5] ^= 1;
        var record = RecordFormat.Encode(1, after, new ReadOnlySequence<byte>(before));
        Assert.False(record.Bytes.IsSingleSegment);
        Commit(pieces, record);
        Commit(whole, RecordFormat.Encode(1, after));
        Assert.Equal(whole.State.Digests.Current, pieces.State.Digests.Current);
    }

    private static void Commit(TemporaryState state, StoredValue record)
    {
        var batch = new StateBatch();
        batch.Set([1], record);
        state.State.Commit(batch, new AppliedPosition(1, 1, 1, default));
    }

    private static ReadOnlySequence<byte> Share(byte[] value, ReadOnlySequence<byte> similar)
    {
        var shared = SharedPieces.TryShare(Head, value, similar);
        Assert.NotNull(shared);
        Assert.Equal([.. Head, .. value], shared.Value.ToArray());
        return shared.Value;
    }

    private static int Count(in ReadOnlySequence<byte> bytes)
    {
        var count = 0;
        foreach (var _ in bytes)
            count++;
        return count;
    }

    private static long HeldBytes(in ReadOnlySequence<byte> bytes)
    {
        var arrays = new HashSet<byte[]>();
        foreach (var piece in bytes)
        {
            Assert.True(MemoryMarshal.TryGetArray(piece, out var part));
            arrays.Add(part.Array!);
        }

        return arrays.Sum(array => (long)array.Length);
    }

    private static long OwnBytes(in ReadOnlySequence<byte> shared, byte[] similar)
    {
        var own = -Head.Length;
        foreach (var piece in shared)
            own += similar.AsSpan().Overlaps(piece.Span) ? 0 : piece.Length;
        return own;
    }

    private static byte[] Filled(int count, int seed)
    {
        var bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private static byte[] Apply(byte[] value, Edit edit, int position, int count)
    {
        var at = value.Length == 0 ? 0 : position % value.Length;
        var end = Math.Min(at + count, value.Length);
        var filling = Filled(count, position);
        return edit switch
        {
            Edit.Overwrite => [.. value[..at], .. filling[..(end - at)], .. value[end..]],
            Edit.Append => [.. value, .. filling],
            Edit.Insert => [.. value[..at], .. filling, .. value[at..]],
            Edit.Remove => [.. value[..at], .. value[end..]],
            Edit.Truncate => value[..at],
            _ => Filled(value.Length, position),
        };
    }
}
