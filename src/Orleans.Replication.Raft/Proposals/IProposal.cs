namespace Orleans.Replication.Raft.Proposals;

/// <summary>An encoded command in the leader's queue.</summary>
internal interface IProposal
{
    /// <summary>The command, valid as <see cref="Log.CommandFormat"/>.</summary>
    ReadOnlyMemory<byte> Encoded { get; }

    /// <summary>Its caller waits for another member to apply it.</summary>
    bool IsAwaitedElsewhere { get; }

    /// <summary>Claims it for the entry that is being made; false when its caller has given up.</summary>
    bool TryTake();

    /// <summary>It is in the leader's log.</summary>
    void Accept();

    /// <summary>Nothing was done with it.</summary>
    void Refuse();
}
