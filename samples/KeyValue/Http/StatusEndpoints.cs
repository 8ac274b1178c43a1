using KeyValue.Hosting;
using Orleans.Replication;
using Orleans.Replication.Raft;

namespace KeyValue.Http;

/// <summary><c>/status</c>: what this silo knows about its replicas, also while it is not serving yet.</summary>
internal static class StatusEndpoints
{
    public static void MapStatus(this IEndpointRouteBuilder routes) => routes.MapGet("/status", Get);

    private static IResult Get(IReplicationHost host, SiloSettings settings, HttpContext context)
    {
        try
        {
            return TypedResults.Ok(new { host.PeerId, Groups = host.Groups.Select(group => Describe(group.GetStatus(), settings)) });
        }
        catch (ReplicationUnavailableException error)
        {
            return Problems.Unavailable(context, error.Message);
        }
    }

    private static object Describe(RaftGroupStatus status, SiloSettings settings) => new
    {
        status.Name,
        Role = Name(status.Role),
        status.Term,
        status.Leader,
        status.CommitIndex,
        status.AppliedIndex,
        status.Fault,
        Members = status.Members.Select(member => new { PeerId = member.Id, Address = settings.AddressOf(member.Id), Role = "voter" }),
    };

    private static string Name(Enum value) => value.ToString().ToLowerInvariant();
}
