using System.Security.Cryptography;
using System.Text;
using DotNext.Net.Cluster;

namespace Orleans.Replication.Raft.Engine.Members;

/// <summary>The engine's fixed-size member ids: the beginning of the SHA-256 of our own. They are stored in the vote file.</summary>
internal static class MemberIds
{
    public static ClusterMemberId Of(string id) => new(SHA256.HashData(Encoding.UTF8.GetBytes(id)));
}
