namespace Orleans.Replication.Raft.Membership;

/// <summary>What a leader knows about the members when it looks whether to change them (<see cref="MembershipPolicy"/>).</summary>
internal sealed record MembershipFacts
{
    /// <summary>The voters, the leader among them.</summary>
    public required IReadOnlyList<VoterFact> Voters { get; init; }

    /// <summary>The learners, in the order in which they are to be promoted.</summary>
    public required IReadOnlyList<LearnerFact> Learners { get; init; }

    /// <summary>The ids of those that have asked to join, in the order in which they are to be added. None of them is a member.</summary>
    public IReadOnlyList<string> Waiting { get; init; } = [];

    /// <inheritdoc cref="RaftGroupOptions.AutoAdmit"/>
    public bool AutoAdmit { get; init; }

    /// <inheritdoc cref="RaftGroupOptions.MaxVoters"/>
    public int MaxVoters { get; init; }

    /// <inheritdoc cref="RaftGroupOptions.ReplaceDeadVoters"/>
    public bool ReplaceDeadVoters { get; init; }
}

/// <summary>A voter.</summary>
/// <param name="Id">Who.</param>
/// <param name="IsAlive">It has answered just now.</param>
/// <param name="IsDead">It has been silent for the whole grace period. A voter may be neither.</param>
internal readonly record struct VoterFact(string Id, bool IsAlive, bool IsDead);

/// <summary>A learner.</summary>
/// <param name="Id">Who.</param>
/// <param name="IsReady">It answers, and has caught up.</param>
internal readonly record struct LearnerFact(string Id, bool IsReady);
