namespace Orleans.Replication.Libp2p;

/// <summary>One part of a <see cref="Multiaddr"/>: a protocol and its value.</summary>
/// <param name="Protocol">The kind of part.</param>
/// <param name="Value">The value in the form it has in text; empty where the protocol has none.</param>
public readonly record struct MultiaddrPart(MultiaddrProtocol Protocol, string Value)
{
    /// <summary>The part as it stands in text, for example <c>/tcp/4001</c>.</summary>
    public override string ToString() => Protocol is null ? string.Empty : Protocol.HasValue ? $"/{Protocol.Name}/{Value}" : $"/{Protocol.Name}";
}
