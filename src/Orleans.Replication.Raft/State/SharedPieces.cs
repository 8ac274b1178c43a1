using System.Buffers;
using System.Runtime.InteropServices;

namespace Orleans.Replication.Raft.State;

/// <summary>
/// Keeps a large value that is like another one without a copy of what they have in common: a small change of a large record, made again and again, would else take
/// as much new memory as the record has each time.
/// </summary>
internal static class SharedPieces
{
    /// <summary>What differs is kept in pieces of this size and more.</summary>
    public const int PageBytes = 4 << 10;

    /// <summary>A smaller value is copied.</summary>
    public const int MinBytes = 4 * PageBytes;

    /// <summary>A value of more pieces is copied: each costs those who read it something.</summary>
    public const int MaxPieces = 32;

    /// <summary>A value whose pieces hold more memory than so many times its length is copied: a piece holds the whole array that it is from.</summary>
    public const int MaxHeld = 2;

    /// <summary>The bytes as <paramref name="similar"/> has them at the same places, and memory of their own where it has others. In front of all, a head.</summary>
    /// <param name="head">It comes first, and belongs to the result.</param>
    /// <param name="bytes">The bytes; they are the caller's.</param>
    /// <param name="similar">Bytes that never change.</param>
    /// <returns>Null when there is so little in common that a copy is better.</returns>
    public static ReadOnlySequence<byte>? TryShare(byte[] head, ReadOnlySpan<byte> bytes, in ReadOnlySequence<byte> similar)
    {
        if (bytes.Length < MinBytes || similar.IsEmpty)
            return null;
        var sharing = new Sharing(bytes.Length);
        var start = 0;
        foreach (var piece in similar)
        {
            var end = Math.Min(start + piece.Length, bytes.Length);
            if (!sharing.TryAdd(bytes[start..end], piece[..(end - start)], start))
                return null;
            start = end;
        }

        return sharing.TryAddOwn(start, bytes.Length - start) && sharing.HeldBytes() <= MaxHeld * (long)bytes.Length ? sharing.Join(head, bytes) : null;
    }

    /// <summary>What was found so far: pieces in their order, an empty one for bytes that are not shared.</summary>
    private struct Sharing(int length)
    {
        private readonly List<(int Start, int Length, ReadOnlyMemory<byte> Shared)> _pieces = [];
        private int _own;

        /// <summary>Adds a stretch of which the other value has a piece. False when it has become too much.</summary>
        public bool TryAdd(ReadOnlySpan<byte> bytes, ReadOnlyMemory<byte> piece, int start)
        {
            var at = 0;
            while (at < bytes.Length)
            {
                var same = bytes[at..].CommonPrefixLength(piece.Span[at..]);
                if (at + same < bytes.Length)
                    same -= same % PageBytes;
                if (same > 0)
                    _pieces.Add((start + at, same, piece.Slice(at, same)));
                at += same;
                var other = Math.Min(PageBytes, bytes.Length - at);
                if (!TryAddOwn(start + at, other))
                    return false;
                at += other;
            }

            return true;
        }

        public bool TryAddOwn(int start, int count)
        {
            if (count == 0)
                return _pieces.Count <= MaxPieces;
            if (_pieces is [.., { Shared.IsEmpty: true } last])
                _pieces[^1] = last with { Length = last.Length + count };
            else
                _pieces.Add((start, count, default));
            _own += count;
            return _own <= length / 4 && _pieces.Count <= MaxPieces;
        }

        public readonly long HeldBytes()
        {
            var arrays = new HashSet<byte[]>();
            foreach (var piece in _pieces)
            {
                if (MemoryMarshal.TryGetArray(piece.Shared, out var part) && part.Count > 0)
                    arrays.Add(part.Array!);
            }

            return _own + arrays.Sum(array => (long)array.Length);
        }

        public readonly ReadOnlySequence<byte> Join(byte[] head, ReadOnlySpan<byte> bytes)
        {
            var own = GC.AllocateUninitializedArray<byte>(_own);
            var used = 0;
            var first = new Segment(head, 0);
            var last = first;
            foreach (var (start, count, shared) in _pieces)
            {
                var memory = shared;
                if (shared.IsEmpty)
                {
                    bytes.Slice(start, count).CopyTo(own.AsSpan(used));
                    memory = own.AsMemory(used, count);
                    used += count;
                }

                last = last.Append(memory);
            }

            return new(first, 0, last, last.Memory.Length);
        }
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, long start)
        {
            Memory = memory;
            RunningIndex = start;
        }

        public Segment Append(ReadOnlyMemory<byte> memory)
        {
            var next = new Segment(memory, RunningIndex + Memory.Length);
            Next = next;
            return next;
        }
    }
}
