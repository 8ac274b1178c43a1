using Orleans.Replication.Raft.Wire;

namespace Orleans.Replication.Raft.Membership;

/// <summary>
/// What a group changes about its members by itself: a pure decision, from what the leader knows to one change or none. Two rules hold for every change:
/// <list type="bullet">
/// <item>The voters that are alive are a majority before it and after it.</item>
/// <item>The number of voters that may be lost next without stopping the group (those alive less a majority) never becomes less.</item>
/// </list>
/// </summary>
/// <remarks>
/// A dead voter is replaced in two changes: first a learner is promoted, then the dead voter is demoted. With an odd number of voters both orders keep the second rule, but the other
/// one would leave entries on fewer disks in between, two of two instead of three of four, and would leave the group one voter short if the leader died between the two, or if the voter was
/// only cut off. So a voter is never taken away before its replacement votes. That needs no memory of what was begun: an even number of voters with a dead one among them is always
/// better off without that one, whoever made it even, and the next leader goes on from there. The dead voter becomes a learner, not a stranger: if it comes back, it catches up and is a
/// replacement itself. Who never comes back is removed by an operator.
/// </remarks>
internal static class MembershipPolicy
{
    /// <summary>How many members a group may have for one more to be added by itself. Each is sent the log by the leader.</summary>
    public const int MaxMembers = 16;

    /// <summary>The next change; null when everything is as it should be, or nothing can be done safely.</summary>
    public static MembershipStep? Decide(MembershipFacts facts)
    {
        // Nothing could be committed. What counts is decided again, by asking, when the change is made.
        if (facts.Voters.Count(voter => voter.IsAlive) <= facts.Voters.Count / 2)
            return null;
        return Repair(facts) ?? Grow(facts) ?? Admit(facts);
    }

    /// <summary>The part of it that needs no leader: to add who waits, as a learner.</summary>
    public static MembershipStep? Admit(MembershipFacts facts) =>
        facts.AutoAdmit && facts.Waiting.Count > 0 && facts.Voters.Count + facts.Learners.Count < MaxMembers ? new(MemberChange.AddLearner, facts.Waiting[0]) : null;

    private static MembershipStep? Repair(MembershipFacts facts)
    {
        if (!facts.ReplaceDeadVoters || facts.Voters.All(voter => !voter.IsDead))
            return null;
        if (facts.Voters.Count % 2 == 0 || facts.Voters.Count >= RaftGroup.MaxVoters)
            return new(MemberChange.Demote, facts.Voters.First(voter => voter.IsDead).Id);
        return PromoteNext(facts);
    }

    private static MembershipStep? Grow(MembershipFacts facts) => facts.AutoAdmit && facts.Voters.Count < facts.MaxVoters ? PromoteNext(facts) : null;

    private static MembershipStep? PromoteNext(MembershipFacts facts)
    {
        foreach (var learner in facts.Learners)
        {
            if (learner.IsReady)
                return new(MemberChange.Promote, learner.Id);
        }

        return null;
    }
}

/// <summary>One change of one member.</summary>
internal readonly record struct MembershipStep(MemberChange Change, string Id);
