namespace Orleans.Replication.Libp2p.Security;

/// <summary>
/// The multiplexer agreed on within a handshake, which spares the round trip of multistream-select (libp2p specs,
/// connections/inlined-muxer-negotiation.md).
/// </summary>
internal static class EarlyMuxer
{
    /// <summary>The first of the initiator's multiplexers that the responder has too; null when either names none and leaves it to multistream-select.</summary>
    /// <exception cref="HandshakeFailedException">Both name some, and none is common: the specs have the handshake fail.</exception>
    internal static ProtocolId? Choose(IReadOnlyList<ProtocolId> initiator, IReadOnlyList<ProtocolId> responder)
    {
        if (initiator.Count == 0 || responder.Count == 0)
            return null;

        foreach (var candidate in initiator)
        {
            if (responder.Contains(candidate))
                return candidate;
        }

        throw new HandshakeFailedException(
            $"The two sides have no multiplexer in common: one has {string.Join(", ", initiator)}, the other {string.Join(", ", responder)}.");
    }
}
