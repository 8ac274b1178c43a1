namespace Orleans.Replication.Raft;

/// <summary>What an <see cref="IActor{TState}"/> submits: one of four changes.</summary>
/// <typeparam name="TState">The state that is changed.</typeparam>
public abstract record ConsensusChange<TState>
{
    private ConsensusChange()
    {
    }

    /// <summary>The state is replaced.</summary>
    public sealed record NewState(TState State) : ConsensusChange<TState>;

    /// <summary>An operation is applied to the state.</summary>
    public sealed record Operation(IConsensusOperation<TState> Value) : ConsensusChange<TState>;

    /// <summary>The state of an earlier revision becomes the newest, and consistent.</summary>
    public sealed record Rollback(long Revision) : ConsensusChange<TState>;

    /// <summary>The given state becomes the newest, and consistent, whatever happened before.</summary>
    public sealed record RollbackTo(TState State) : ConsensusChange<TState>;
}
