using Orleans.Replication;
using Orleans.Replication.Raft;

namespace KeyValue.Http;

/// <summary><c>/admin</c>: what an operator may ask of the group that holds the keys.</summary>
internal static class AdminEndpoints
{
    public static void MapAdmin(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/admin/transfer-leadership", TransferLeadershipAsync);
        routes.MapPost("/admin/snapshot", TakeSnapshotAsync);
        routes.MapPost("/admin/members", () => Problems.NotSupported("Changing the members"));
        routes.MapDelete("/admin/members/{peerId}", (string peerId) => Problems.NotSupported("Changing the members"));
    }

    private static Task<IResult> TransferLeadershipAsync(string? to, IReplicationHost host, HttpContext context) => GuardAsync(context, async () =>
    {
        var group = host.GetGroup(ReplicationGroups.Default);
        if (to is not null && group.GetStatus().Members.All(member => member.Id != to))
            return Problems.BadRequest($"'{to}' is no member of the group.");
        await group.TransferLeadershipAsync(to, context.RequestAborted);

        // The leader has let go; /status says who follows as soon as this replica knows.
        return TypedResults.Accepted("/status");
    });

    private static Task<IResult> TakeSnapshotAsync(IReplicationHost host, HttpContext context) => GuardAsync(context, async () =>
        TypedResults.Ok(new { Index = await host.GetGroup(ReplicationGroups.Default).TakeSnapshotAsync(context.RequestAborted) }));

    private static async Task<IResult> GuardAsync(HttpContext context, Func<Task<IResult>> action)
    {
        try
        {
            return await action();
        }
        catch (GroupUnavailableException error)
        {
            return Problems.Unavailable(context, error.Message);
        }
        catch (RaftException error)
        {
            return Problems.OutcomeUnknown(error.Message);
        }
    }
}
