using Orleans.Replication.Administration.Wire;
using Orleans.Replication.Raft;

namespace Orleans.Replication.Administration;

/// <summary>Makes the changes of a group's members that the admin protocol asks for, and says what became of them.</summary>
internal static class MemberChanges
{
    private static readonly TimeSpan MaxPatience = TimeSpan.FromMinutes(10);

    /// <returns>That it is done, or why it was refused. What the manager throws beside refusals, it throws here.</returns>
    public static async Task<AdminResponse> MakeAsync(IReplicationManager manager, string group, MemberRequest request, CancellationToken cancellationToken)
    {
        try
        {
            switch (request.Change)
            {
                case MemberChange.AddVoter:
                    return await AddVoterAsync(manager, group, request, cancellationToken).ConfigureAwait(false);
                case MemberChange.AddLearner:
                    await manager.AddLearnerAsync(group, request.Member, cancellationToken).ConfigureAwait(false);
                    break;
                case MemberChange.Promote:
                    await manager.PromoteMemberAsync(group, request.Member, cancellationToken).ConfigureAwait(false);
                    break;
                case MemberChange.Demote:
                    await manager.DemoteMemberAsync(group, request.Member, cancellationToken).ConfigureAwait(false);
                    break;
                case MemberChange.Remove:
                    await manager.RemoveMemberAsync(group, request.Member, cancellationToken).ConfigureAwait(false);
                    break;
                case MemberChange.Move:
                    await manager.MoveMemberAsync(group, request.Member, cancellationToken).ConfigureAwait(false);
                    break;
                default:
                    return Failed(FailureKind.Wrong, "This silo's version does not know the change of a member. Update the silo, or use the tool of its version.");
            }

            return new AdminResponse { Done = new Done() };
        }
        catch (MembershipChangeException refusal)
        {
            return Failed(KindOf(refusal.Reason), refusal.Message);
        }
    }

    /// <summary>Ends before the caller does, so that it hears how far the group is.</summary>
    private static async Task<AdminResponse> AddVoterAsync(IReplicationManager manager, string group, MemberRequest request, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(TimeSpan.FromMilliseconds(Math.Min(request.PatienceMilliseconds, MaxPatience.TotalMilliseconds)));
        try
        {
            await manager.AddVoterAsync(group, request.Member, patience.Token).ConfigureAwait(false);
            return new AdminResponse { Done = new Done() };
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Failed(
                FailureKind.Unavailable,
                "The silo did not become a voter in time: as a learner it catches up first, for which it has to run and to join this group. Ask again, with more time, and it goes on from there.");
        }
    }

    private static FailureKind KindOf(MembershipChangeRefusal reason) => reason switch
    {
        MembershipChangeRefusal.ChangePending or MembershipChangeRefusal.Lagging or MembershipChangeRefusal.NoMajority => FailureKind.Unavailable,
        MembershipChangeRefusal.NoMember => FailureKind.Wrong,
        _ => FailureKind.Refused,
    };

    private static AdminResponse Failed(FailureKind kind, string message) => new() { Failure = new Failure { Kind = kind, Message = message } };
}
