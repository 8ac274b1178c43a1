namespace Orleans.Replication.Raft.Wire;

/// <summary>
/// Numbers for connections, rising within a process and from one process to the next, so that the receiver can tell a late connection from the
/// current one (SAFETY S14). A clock that was set back only costs the protection against messages that are older than the process.
/// </summary>
internal static class SessionNumbers
{
    private static long _last = DateTime.UtcNow.Ticks;

    public static ulong Next() => (ulong)Interlocked.Increment(ref _last);
}
