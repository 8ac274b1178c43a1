using System.Buffers.Binary;

namespace Orleans.Replication.Raft.Sessions;

/// <summary>What every replica remembers of one proposer, to apply each of its commands once (SAFETY 7).</summary>
internal sealed class Session
{
    public const int EncodedBytes = 2 * sizeof(long);

    /// <summary>The leader's time of its last command.</summary>
    public DateTimeOffset LastActive { get; set; }

    /// <summary>Sequence numbers below are finished; a command with one of them is late and never applied. Only grows.</summary>
    public ulong Floor { get; set; }

    /// <summary>The results of applied commands at or above the floor.</summary>
    public Dictionary<ulong, CommandResult> Results { get; } = [];

    /// <summary>
    /// The sequence numbers below a new floor whose results are still kept. The floor follows each command by about as much as was finished since the
    /// last, so the numbers between the two floors are looked up rather than all results looked at.
    /// </summary>
    public IEnumerable<ulong> FinishedBelow(ulong floor)
    {
        if (floor - Floor > (ulong)Results.Count)
            return [.. Results.Keys.Where(sequence => sequence < floor).Order()];
        var finished = new List<ulong>();
        for (var sequence = Floor; sequence < floor; sequence++)
        {
            if (Results.ContainsKey(sequence))
                finished.Add(sequence);
        }

        return finished;
    }

    public byte[] Encode()
    {
        var encoded = new byte[EncodedBytes];
        BinaryPrimitives.WriteInt64LittleEndian(encoded, LastActive.UtcTicks);
        BinaryPrimitives.WriteUInt64LittleEndian(encoded.AsSpan(sizeof(long)), Floor);
        return encoded;
    }

    public static Session Decode(ReadOnlySpan<byte> encoded) => new()
    {
        LastActive = new DateTimeOffset(BinaryPrimitives.ReadInt64LittleEndian(encoded), TimeSpan.Zero),
        Floor = BinaryPrimitives.ReadUInt64LittleEndian(encoded[sizeof(long)..]),
    };
}
