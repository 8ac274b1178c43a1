using Orleans.Replication;
using Orleans.Replication.Raft;

namespace KeyValue.Http;

/// <summary><c>/status</c>: what this silo knows about its replicas, also while it is not serving yet.</summary>
internal static class StatusEndpoints
{
    public static void MapStatus(this IEndpointRouteBuilder routes) => routes.MapGet("/status", Get);

    private static IResult Get(IReplicationHost host, HttpContext context)
    {
        try
        {
            return TypedResults.Ok(new { host.PeerId, Groups = host.Groups.Select(group => Describe(group.GetStatus(), host)) });
        }
        catch (ReplicationUnavailableException error)
        {
            return Problems.Unavailable(context, error.Message);
        }
    }

    private static object Describe(RaftGroupStatus status, IReplicationHost host) => new
    {
        status.Name,
        Role = Name(status.Role),
        status.Term,
        status.Leader,
        status.CommitIndex,
        status.AppliedIndex,
        status.Fault,
        status.Quarantine,
        Members = status.Members.Select(member => new { PeerId = member.Id, Address = AddressOf(member.Id, host), Role = Name(member.Role) }),
    };

    /// <summary>Without the peer id, which stands beside it.</summary>
    private static string? AddressOf(string peerId, IReplicationHost host) =>
        host.GetAddresses(peerId) is [var address, ..] ? address.Replace($"/p2p/{peerId}", string.Empty, StringComparison.Ordinal) : null;

    private static string Name(Enum value) => value.ToString().ToLowerInvariant();
}
