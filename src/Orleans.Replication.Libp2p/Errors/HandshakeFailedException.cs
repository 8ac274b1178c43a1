namespace Orleans.Replication.Libp2p;

/// <summary>A connection could not be secured: the other side broke off, sent something malformed, or failed to prove its identity.</summary>
public sealed class HandshakeFailedException : Libp2pException
{
    internal HandshakeFailedException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
