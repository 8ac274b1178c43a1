namespace Orleans.Replication.Libp2p;

/// <summary>
/// The peer that answered proved another identity than the one that was dialled. With Noise it learned nothing about this side; with TLS it may have
/// seen this side's identity by then.
/// </summary>
public sealed class PeerIdMismatchException : Libp2pException
{
    internal PeerIdMismatchException(PeerId expected, PeerId actual)
        : base($"Dialled peer {expected}, but the peer that answered proved to be {actual}. Correct the address or the peer id in the configuration.")
    {
        Expected = expected;
        Actual = actual;
    }

    /// <summary>The peer that was dialled.</summary>
    public PeerId Expected { get; }

    /// <summary>The peer that answered.</summary>
    public PeerId Actual { get; }
}
