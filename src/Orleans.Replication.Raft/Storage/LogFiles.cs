using System.Buffers.Binary;

namespace Orleans.Replication.Raft.Storage;

/// <summary>
/// The two files of a log that the engine takes for those of a new one when they are missing, short or empty: it would go on with an empty log, or
/// vote a second time in a term (SAFETY 1, 10). Its pages have checksums, which the engine verifies.
/// </summary>
internal static class LogFiles
{
    private const string Checkpoint = "checkpoint";
    private const int CheckpointBytes = 20;
    private const uint CheckpointVersion = 1;
    private const int CommittedOffset = sizeof(uint);
    private const int LastOffset = CommittedOffset + sizeof(long);
    private const string Votes = "state";
    private const int VotesBytes = 37;
    private const int TermOffset = 29;

    /// <exception cref="RaftStorageException">One of them is not as it was left.</exception>
    public static void RequireWhole(string log)
    {
        ReadCheckpoint(log);
        Read(log, Votes, VotesBytes);
    }

    /// <summary>Up to which entry the log is known to be committed, and its last entry.</summary>
    /// <exception cref="RaftStorageException">The file is not as it was left.</exception>
    public static (long Committed, long Last) ReadCheckpoint(string log)
    {
        var checkpoint = Read(log, Checkpoint, CheckpointBytes);
        var version = BinaryPrimitives.ReadUInt32LittleEndian(checkpoint);
        var committed = BinaryPrimitives.ReadInt64LittleEndian(checkpoint.AsSpan(CommittedOffset));
        var last = BinaryPrimitives.ReadInt64LittleEndian(checkpoint.AsSpan(LastOffset));
        if (version != CheckpointVersion || last <= 0)
            throw Damaged(log, $"'{Checkpoint}' says that the log of format {version} ends at {last}");
        return committed >= 0 && committed <= last ? (committed, last) : throw Damaged(log, $"'{Checkpoint}' says that the log ends at {last} and is committed up to {committed}");
    }

    /// <summary>Replaces what the engine will find.</summary>
    public static void WriteCheckpoint(string log, (long Committed, long Last) found)
    {
        var checkpoint = new byte[CheckpointBytes];
        BinaryPrimitives.WriteUInt32LittleEndian(checkpoint, CheckpointVersion);
        BinaryPrimitives.WriteInt64LittleEndian(checkpoint.AsSpan(CommittedOffset), found.Committed);
        BinaryPrimitives.WriteInt64LittleEndian(checkpoint.AsSpan(LastOffset), found.Last);
        DurableFile.Write(Path.Combine(log, Checkpoint), checkpoint);
    }

    /// <summary>The member's term.</summary>
    /// <exception cref="RaftStorageException">The file is not as it was left.</exception>
    public static long ReadTerm(string log) => BinaryPrimitives.ReadInt64LittleEndian(Read(log, Votes, VotesBytes).AsSpan(TermOffset));

    /// <summary>Moves a member's term, or gives a new log one. Nobody has its vote in it.</summary>
    public static void WriteTerm(string log, long term)
    {
        var votes = new byte[VotesBytes];
        BinaryPrimitives.WriteInt64LittleEndian(votes.AsSpan(TermOffset), term);
        DurableFile.Write(Path.Combine(log, Votes), votes);
    }

    private static byte[] Read(string log, string name, int bytes)
    {
        var file = new FileInfo(Path.Combine(log, name));
        if (!file.Exists)
            throw Damaged(log, $"'{name}' is missing");
        return file.Length == bytes ? File.ReadAllBytes(file.FullName) : throw Damaged(log, $"'{name}' has {file.Length} bytes instead of {bytes}");
    }

    /// <summary>Says what is wrong with a log, and what to do.</summary>
    public static RaftStorageException Damaged(string log, string how, Exception? innerException = null) => RaftStorageException.Damage(
        $"The log in '{log}' is damaged: {how}.", innerException);
}
