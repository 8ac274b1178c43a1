namespace Orleans.Replication.Libp2p.Multistream;

/// <summary>What a line of multistream-select says.</summary>
internal enum MultistreamLineKind
{
    /// <summary>The version of the negotiation itself: the first line of each side.</summary>
    Header,

    /// <summary>The proposed protocol is not available.</summary>
    NotAvailable,

    /// <summary>A request for the list of protocols.</summary>
    List,

    /// <summary>A proposal, or the echo that accepts one.</summary>
    Protocol,
}
