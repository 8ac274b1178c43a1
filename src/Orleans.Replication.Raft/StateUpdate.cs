namespace Orleans.Replication.Raft;

/// <summary>One event of a subscription to an agreed state.</summary>
/// <param name="Agreed">The state and its number.</param>
/// <param name="Missed">
/// How many revisions before this one were asked for and are no longer kept; 0 when none is missing. Only the first event after a gap has it.
/// </param>
/// <typeparam name="TState">The state.</typeparam>
public readonly record struct StateUpdate<TState>(AgreedState<TState> Agreed, long Missed)
{
    /// <summary>The number of the state, with which the subscription can be resumed on any member.</summary>
    public long Revision => Agreed.Revision;

    /// <summary>The state.</summary>
    public TState State => Agreed.State;
}
