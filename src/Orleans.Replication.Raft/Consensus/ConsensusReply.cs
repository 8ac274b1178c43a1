using Orleans.Replication.Raft.Log;

namespace Orleans.Replication.Raft.Consensus;

/// <summary>
/// What the table answers: <code>version u8, kind u8, revision varint</code>
/// </summary>
/// <param name="Kind">How the command ended.</param>
/// <param name="Revision">See <see cref="ConsensusReplyKind"/>.</param>
internal readonly record struct ConsensusReply(ConsensusReplyKind Kind, long Revision)
{
    private const byte Version = 1;

    public byte[] Encode()
    {
        Span<byte> reply = stackalloc byte[12];
        reply[0] = Version;
        reply[1] = (byte)Kind;
        return reply[..(2 + Varint.Write(reply[2..], (ulong)Revision))].ToArray();
    }

    /// <exception cref="LogFormatException">The bytes are no reply that this software knows.</exception>
    public static ConsensusReply Decode(ReadOnlyMemory<byte> source)
    {
        var cursor = new SpanCursor(source);
        var version = cursor.ReadByte();
        if (version != Version)
            throw new LogFormatException($"The answer of a consensus is of format version {version}; this software knows version {Version}.");
        return new((ConsensusReplyKind)cursor.ReadByte(), (long)cursor.ReadVarint());
    }
}
