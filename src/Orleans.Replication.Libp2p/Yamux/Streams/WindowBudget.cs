namespace Orleans.Replication.Libp2p.Yamux;

/// <summary>
/// What all streams of one session together may still add to their windows. Yamux has no window of its own for a session, so this is
/// what bounds the memory of a connection. Guarded by the session's gate.
/// </summary>
internal sealed class WindowBudget(long bytes)
{
    public long LeftBytes { get; private set; } = bytes;

    public bool TryTake(long bytes)
    {
        if (bytes > LeftBytes)
            return false;

        LeftBytes -= bytes;
        return true;
    }

    public void Return(long bytes) => LeftBytes += bytes;
}
