using Orleans.Replication.Raft.Log;

namespace Orleans.Replication.Raft.Consensus;

/// <summary>
/// One change, as it is in the log.
/// <code>version u8, kind u8, ticket 16 bytes, kept revisions varint, revision varint, body to the end</code>
/// </summary>
/// <param name="Kind">What to do.</param>
/// <param name="Ticket">Who waits for the result: names a <see cref="PendingResults"/> entry of one member, and is no part of the state.</param>
/// <param name="KeptRevisions">
/// How many revisions to keep from now on. It comes with the command, so that members whose settings differ still have equal states.
/// </param>
/// <param name="Revision">For <see cref="ConsensusCommandKind.Rollback"/>; otherwise 0.</param>
/// <param name="Body">The encoded state or operation; empty for <see cref="ConsensusCommandKind.Rollback"/>.</param>
internal readonly record struct ConsensusCommand(
    ConsensusCommandKind Kind, Guid Ticket, int KeptRevisions, long Revision, ReadOnlyMemory<byte> Body)
{
    public const byte Version = 1;

    public const int MaxKeptRevisions = 10_000;

    private const int TicketBytes = 16;
    private const int MaxHeaderBytes = 1 + 1 + TicketBytes + 10 + 10;

    public byte[] Encode()
    {
        Span<byte> header = stackalloc byte[MaxHeaderBytes];
        header[0] = Version;
        header[1] = (byte)Kind;
        Ticket.TryWriteBytes(header[2..]);
        var length = 2 + TicketBytes;
        length += Varint.Write(header[length..], (ulong)KeptRevisions);
        length += Varint.Write(header[length..], (ulong)Revision);
        return [.. header[..length], .. Body.Span];
    }

    /// <exception cref="LogFormatException">The bytes are no command, or one of another format version.</exception>
    public static ConsensusCommand Decode(ReadOnlyMemory<byte> source)
    {
        var cursor = new SpanCursor(source);
        var version = cursor.ReadByte();
        if (version != Version)
            throw new LogFormatException($"A command for a consensus is of format version {version}; this software knows version {Version}. Update this member.");
        var kind = (ConsensusCommandKind)cursor.ReadByte();
        if (kind is < ConsensusCommandKind.SetState or > ConsensusCommandKind.RollbackTo)
            throw new LogFormatException($"A command for a consensus is of kind {(byte)kind}, which this software does not know. Update this member.");
        var ticket = new Guid(cursor.Take(TicketBytes).Span);
        var kept = cursor.ReadVarint();
        var revision = cursor.ReadVarint();
        if (kept is 0 or > MaxKeptRevisions || revision > long.MaxValue)
            throw new LogFormatException($"A command for a consensus keeps {kept} revisions and names revision {revision}: it is damaged.");
        return new(kind, ticket, (int)kept, (long)revision, cursor.Rest);
    }
}
