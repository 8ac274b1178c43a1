using System.Buffers.Binary;
using Orleans.Replication.Raft.Log;

namespace Orleans.Replication.Raft.Consensus;

/// <summary>
/// One agreed state, as it is on disk.
/// <code>version u8, kind u8, leader's time in ticks i64, encoded state to the end</code>
/// </summary>
internal readonly record struct RevisionRecord(RevisionKind Kind, DateTimeOffset Timestamp, ReadOnlyMemory<byte> State)
{
    public const byte Version = 1;

    private const int HeaderBytes = 1 + 1 + sizeof(long);

    public byte[] Encode()
    {
        var record = new byte[HeaderBytes + State.Length];
        record[0] = Version;
        record[1] = (byte)Kind;
        BinaryPrimitives.WriteInt64LittleEndian(record.AsSpan(2), Timestamp.UtcTicks);
        State.Span.CopyTo(record.AsSpan(HeaderBytes));
        return record;
    }

    /// <summary>Reads a revision; null when it is not kept.</summary>
    /// <exception cref="LogFormatException">The record is of another format version, or damaged.</exception>
    public static RevisionRecord? Read(IStateReader state, long revision)
    {
        Span<byte> key = stackalloc byte[ConsensusKeys.RevisionBytes];
        if (!state.TryGet(ConsensusKeys.Revision(revision, key), out var record))
            return null;
        var cursor = new SpanCursor(record.Value);
        var version = cursor.ReadByte();
        if (version != Version)
            throw new LogFormatException($"A revision of a consensus is of format version {version}; this software knows version {Version}. Update this member.");
        return new((RevisionKind)cursor.ReadByte(), new DateTimeOffset(cursor.ReadInt64(), TimeSpan.Zero), cursor.Rest);
    }
}
