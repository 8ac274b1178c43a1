namespace Orleans.Replication.Libp2p;

/// <summary>What a peer says about itself by identify. Only the key is proven; everything else is its claim.</summary>
public sealed record PeerInformation
{
    /// <summary>The peer's key; the one it proved to hold.</summary>
    public required PublicKey PublicKey { get; init; }

    /// <summary>The addresses it says it can be reached at; those of the signed record, where there is one. Those of kinds this host does not know are left out.</summary>
    public IReadOnlyList<Multiaddr> ListenAddresses { get; init; } = [];

    /// <summary>The newest record of its addresses that the peer has signed; null when it sent none. It can be shown to others as it is.</summary>
    public SignedPeerRecord? PeerRecord { get; init; }

    /// <summary>The protocols it says it serves.</summary>
    public IReadOnlyList<ProtocolId> Protocols { get; init; } = [];

    /// <summary>The address it sees this host at.</summary>
    public Multiaddr? ObservedAddress { get; init; }

    /// <summary>The family of programs it belongs to, such as <c>ipfs/0.1.0</c>.</summary>
    public string ProtocolVersion { get; init; } = string.Empty;

    /// <summary>What the program calls itself.</summary>
    public string AgentVersion { get; init; } = string.Empty;
}
