using System.Net;

namespace Orleans.Replication.Raft;

/// <summary>One member of a group, as a replica knows it from the group's log.</summary>
/// <param name="Id">The member's identity.</param>
/// <param name="EndPoint">How it is reached; what the connection factory understands.</param>
/// <param name="Role">Whether it votes.</param>
public sealed record RaftMember(string Id, EndPoint EndPoint, RaftMemberRole Role)
{
    /// <inheritdoc/>
    public override string ToString() => Id;
}
