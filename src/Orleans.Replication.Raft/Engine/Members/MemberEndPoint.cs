using System.Net;

namespace Orleans.Replication.Raft.Engine.Members;

/// <summary>A member's id in the shape the engine wants: it shows it in logs and metrics, and connects to nothing.</summary>
internal sealed class MemberEndPoint(string id) : EndPoint
{
    public override string ToString() => id;

    public override bool Equals(object? obj) => obj is MemberEndPoint other && other.ToString() == id;

    public override int GetHashCode() => id.GetHashCode(StringComparison.Ordinal);
}
