using System.Diagnostics;

namespace Orleans.Replication.Raft.Diagnostics;

/// <summary>
/// What can be traced, under the source <c>Orleans.Replication.Raft</c>: a proposal, from the call to its result, a child of whatever activity its caller has. Its events say how
/// far it came: sent (to which leader), appended to the leader's log where this member leads, applied here.
/// </summary>
internal static class Tracing
{
    private static readonly ActivitySource Source = new(Instruments.Name);

    /// <summary>Null, at the price of a look, when nobody listens.</summary>
    public static Activity? StartProposal(string group, in Command command)
    {
        if (!Source.HasListeners())
            return null;
        return Source.StartActivity("raft.propose", ActivityKind.Internal)?
            .SetTag("raft.group", group).SetTag("raft.table", command.Table).SetTag("raft.payload.size", command.Payload.Length);
    }

    public static void Sent(Activity? activity, string leader) => activity?.AddEvent(new ActivityEvent("raft.sent", tags: new() { { "raft.leader", leader } }));

    public static void Appended(Activity? activity) => activity?.AddEvent(new ActivityEvent("raft.appended"));

    public static void Applied(Activity? activity, in CommandResult result) =>
        activity?.AddEvent(new ActivityEvent("raft.applied", tags: new() { { "raft.status", result.Status.ToString() }, { "raft.version", result.Version } }));

    public static void Fail(Activity? activity, Exception error) => activity?.SetStatus(ActivityStatusCode.Error, error.Message);
}
