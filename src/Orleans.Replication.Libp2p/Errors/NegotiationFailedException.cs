namespace Orleans.Replication.Libp2p;

/// <summary>The other side broke the rules of multistream-select 1.0, or left before an agreement.</summary>
public sealed class NegotiationFailedException : Libp2pException
{
    internal NegotiationFailedException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
