namespace Orleans.Replication.Raft.Wire;

/// <summary>A peer did not answer: not connected, too slow, gone, or unwilling.</summary>
internal sealed class PeerUnavailableException(string message, Exception? innerException = null) : IOException(message, innerException)
{
    /// <summary>True when it is certain that the peer has seen nothing.</summary>
    public bool NothingSent { get; init; }
}
