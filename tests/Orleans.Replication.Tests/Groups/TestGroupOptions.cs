namespace Orleans.Replication.Tests.Groups;

/// <summary>The limits of a test's group.</summary>
internal sealed record TestGroupOptions
{
    public TimeSpan ProposalTimeout { get; init; } = TimeSpan.FromSeconds(10);

    public TimeSpan ReadTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>In place of the reminder table.</summary>
    public Raft.IReplicatedTable? Reminders { get; init; }

    /// <summary>How many changes of states are kept.</summary>
    public int HistoryChanges { get; init; } = Orleans.Replication.States.History.StateHistory.DefaultMaxChanges;

    public int MaxCommandBytes { get; init; } = 8 << 20;
}
