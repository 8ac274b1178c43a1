using System.Net;
using System.Net.Sockets;

namespace Orleans.Replication.Libp2p;

/// <summary>A protocol as an end point to listen on: streams of that protocol, from whatever peer and address.</summary>
/// <param name="protocol">The protocol.</param>
public sealed class ProtocolEndPoint(ProtocolId protocol) : EndPoint, IEquatable<ProtocolEndPoint>
{
    /// <summary>The protocol.</summary>
    public ProtocolId Protocol { get; } = protocol == default ? throw new ArgumentException("The protocol id is empty.", nameof(protocol)) : protocol;

    /// <summary>Unspecified: a protocol belongs to no address family of the system.</summary>
    public override AddressFamily AddressFamily => AddressFamily.Unspecified;

    /// <inheritdoc/>
    public bool Equals(ProtocolEndPoint? other) => other is not null && Protocol == other.Protocol;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as ProtocolEndPoint);

    /// <inheritdoc/>
    public override int GetHashCode() => Protocol.GetHashCode();

    /// <summary>The protocol id.</summary>
    public override string ToString() => Protocol.Value;
}
