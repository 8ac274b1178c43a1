using System.Buffers.Binary;
using System.Text;

namespace Orleans.Replication.Clustering.Membership;

/// <summary>
/// The keys of one Orleans cluster's membership table: the cluster's id preceded by its length, one byte for the kind of record, and for rows
/// and heartbeats the silo's address. Clusters of different ids, as in a blue-green deployment, do not meet.
/// </summary>
internal sealed class MembershipKeys
{
    private const byte VersionKind = 1;
    private const byte RowKind = 2;
    private const byte HeartbeatKind = 3;

    private readonly byte[] _cluster;

    public MembershipKeys(string clusterId)
    {
        _cluster = new byte[sizeof(ushort) + Encoding.UTF8.GetByteCount(clusterId)];
        BinaryPrimitives.WriteUInt16BigEndian(_cluster, checked((ushort)(_cluster.Length - sizeof(ushort))));
        Encoding.UTF8.GetBytes(clusterId, _cluster.AsSpan(sizeof(ushort)));
        Version = (byte[])[.. _cluster, VersionKind];
        Rows = (byte[])[.. _cluster, RowKind];
    }

    /// <summary>The beginning of every key of the cluster.</summary>
    public ReadOnlyMemory<byte> All => _cluster;

    /// <summary>The record of the table's version. Its own version is the table's etag.</summary>
    public ReadOnlyMemory<byte> Version { get; }

    /// <summary>The beginning of every row's key.</summary>
    public ReadOnlyMemory<byte> Rows { get; }

    /// <summary>The record of a silo's row. Its version is the row's etag.</summary>
    public byte[] Row(string silo) => [.. _cluster, RowKind, .. Encoding.UTF8.GetBytes(silo)];

    /// <summary>
    /// The record of a silo's heartbeat. It is apart from the row so that a heartbeat changes neither the row's etag nor the table's.
    /// </summary>
    public byte[] Heartbeat(string silo) => [.. _cluster, HeartbeatKind, .. Encoding.UTF8.GetBytes(silo)];
}
