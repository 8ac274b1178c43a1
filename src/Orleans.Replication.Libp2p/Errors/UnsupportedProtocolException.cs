namespace Orleans.Replication.Libp2p;

/// <summary>
/// The other side serves none of the proposed protocols, at least not to this peer. With an optimistically opened stream, whatever was
/// written to it was thrown away unread.
/// </summary>
public sealed class UnsupportedProtocolException : Libp2pException
{
    internal UnsupportedProtocolException(IReadOnlyList<ProtocolId> proposed)
        : base($"The other side does not serve {string.Join(" or ", proposed)} to this peer.") => Proposed = proposed;

    /// <summary>What was proposed, in order.</summary>
    public IReadOnlyList<ProtocolId> Proposed { get; }
}
