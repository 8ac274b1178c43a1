namespace Orleans.Replication.Libp2p;

/// <summary>How the value of an address part is written.</summary>
internal enum MultiaddrValueKind
{
    /// <summary>There is no value.</summary>
    None,

    /// <summary>Dotted decimal; four bytes.</summary>
    Ip4,

    /// <summary>RFC 5952; sixteen bytes.</summary>
    Ip6,

    /// <summary>Decimal; two bytes, big endian.</summary>
    Port,

    /// <summary>Decimal; eight bytes, big endian.</summary>
    Number,

    /// <summary>UTF-8 without slashes and control characters.</summary>
    Text,

    /// <summary>UTF-8, percent-encoded in text because it holds slashes.</summary>
    Path,

    /// <summary>A peer id; its multihash.</summary>
    PeerId,
}
