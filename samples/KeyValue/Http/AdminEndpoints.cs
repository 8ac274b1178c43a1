using Orleans.Replication;
using Orleans.Replication.Raft;

namespace KeyValue.Http;

/// <summary><c>/admin</c>: what an operator may ask of the group that holds the keys.</summary>
internal static class AdminEndpoints
{
    /// <summary>How long a request waits for a new member to catch up. Below the patience of HTTP clients.</summary>
    private static readonly TimeSpan CatchUpTime = TimeSpan.FromSeconds(10);

    public static void MapAdmin(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/admin/transfer-leadership", TransferLeadershipAsync);
        routes.MapPost("/admin/snapshot", TakeSnapshotAsync);
        routes.MapPost("/admin/members", AddMemberAsync);
        routes.MapDelete("/admin/members/{peerId}", RemoveMemberAsync);
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

    /// <summary>200 when it is a voter; 202 while it catches up: asked again, the same request goes on from there.</summary>
    private static Task<IResult> AddMemberAsync(NewMember member, IReplicationHost host, HttpContext context) => GuardAsync(context, async () =>
    {
        if (host.ReadPeer(member.Address) is not { } peer)
            return Problems.BadRequest("The address has to be a multiaddr with a TCP port and a peer id: /ip4/10.0.0.2/tcp/4001/p2p/12D3Koo….");
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        enough.CancelAfter(CatchUpTime);
        try
        {
            foreach (var group in host.Groups)
                await group.AddVoterAsync(peer, enough.Token);
            return TypedResults.Ok(new { PeerId = peer.Id, Role = "voter" });
        }
        catch (OperationCanceledException) when (!context.RequestAborted.IsCancellationRequested)
        {
            return TypedResults.Accepted("/status", new { PeerId = peer.Id, Role = "learner" });
        }
    });

    private static Task<IResult> RemoveMemberAsync(string peerId, IReplicationHost host, HttpContext context) => GuardAsync(context, async () =>
    {
        foreach (var group in host.Groups)
            await group.RemoveAsync(peerId, context.RequestAborted);
        return TypedResults.Ok(new { PeerId = peerId });
    });

    private static Task<IResult> TakeSnapshotAsync(IReplicationHost host, HttpContext context) => GuardAsync(context, async () =>
        TypedResults.Ok(new { Index = await host.GetGroup(ReplicationGroups.Default).TakeSnapshotAsync(context.RequestAborted) }));

    private static async Task<IResult> GuardAsync(HttpContext context, Func<Task<IResult>> action)
    {
        try
        {
            return await action();
        }
        catch (MembershipChangeException error)
        {
            return Problems.Rejected(error.Message);
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

    private sealed record NewMember(string Address);
}
