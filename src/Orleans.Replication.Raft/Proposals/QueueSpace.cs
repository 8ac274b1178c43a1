namespace Orleans.Replication.Raft.Proposals;

/// <summary>Counts what waits against a group's limits, so that overload is refused instead of remembered.</summary>
internal sealed class QueueSpace(long maxCommands, long maxBytes)
{
    private long _commands;
    private long _bytes;

    /// <summary>How many commands wait.</summary>
    public long Commands => Volatile.Read(ref _commands);

    /// <summary>How many bytes of commands wait.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>Takes a place; false when there is none left.</summary>
    public bool TryTake(long bytes)
    {
        var commandsAfter = Interlocked.Increment(ref _commands);
        var bytesAfter = Interlocked.Add(ref _bytes, bytes);
        if (commandsAfter <= maxCommands && bytesAfter <= maxBytes)
            return true;
        Free(bytes);
        return false;
    }

    /// <summary>Gives a place back.</summary>
    public void Free(long bytes)
    {
        Interlocked.Decrement(ref _commands);
        Interlocked.Add(ref _bytes, -bytes);
    }
}
