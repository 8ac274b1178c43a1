using System.Buffers.Binary;

namespace Orleans.Replication.Raft.State;

/// <summary>
/// How far the state has come. Stored in the same atomic batch as the state it describes (SAFETY 5), so that a restart applies nothing twice.
/// </summary>
/// <param name="Index">The last log entry whose commands are in the state.</param>
/// <param name="Term">That entry's term.</param>
/// <param name="Commands">How many commands the group's history has so far: the index of the last one.</param>
/// <param name="Time">The latest leader's time seen. Never goes back.</param>
internal readonly record struct AppliedPosition(long Index, long Term, long Commands, DateTimeOffset Time)
{
    public const byte FormatVersion = 1;
    public const int EncodedBytes = 1 + (4 * sizeof(long));

    public void Encode(Span<byte> destination)
    {
        destination[0] = FormatVersion;
        BinaryPrimitives.WriteInt64LittleEndian(destination[1..], Index);
        BinaryPrimitives.WriteInt64LittleEndian(destination[9..], Term);
        BinaryPrimitives.WriteInt64LittleEndian(destination[17..], Commands);
        BinaryPrimitives.WriteInt64LittleEndian(destination[25..], Time.UtcTicks);
    }

    /// <exception cref="RaftStorageException">The position is of another format version.</exception>
    public static AppliedPosition Decode(ReadOnlySpan<byte> source)
    {
        if (source.Length != EncodedBytes || source[0] != FormatVersion)
        {
            throw new RaftStorageException(
                $"The state on disk is of format version {(source.IsEmpty ? 0 : source[0])}; this software reads version {FormatVersion}. "
                + "Use the software that wrote it, or let the member start with an empty folder and catch up from its peers.");
        }

        return new AppliedPosition(
            BinaryPrimitives.ReadInt64LittleEndian(source[1..]),
            BinaryPrimitives.ReadInt64LittleEndian(source[9..]),
            BinaryPrimitives.ReadInt64LittleEndian(source[17..]),
            new DateTimeOffset(BinaryPrimitives.ReadInt64LittleEndian(source[25..]), TimeSpan.Zero));
    }
}
