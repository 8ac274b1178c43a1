namespace Orleans.Replication.Raft;

/// <summary>A state that the group has agreed on.</summary>
/// <param name="Revision">Its number: 1 for the first, one more for each, without gaps, the same on every member.</param>
/// <param name="State">The state. The caller's own copy.</param>
/// <param name="Timestamp">The leader's clock when it was put into the log. Never goes back.</param>
/// <param name="Kind">What made it.</param>
/// <typeparam name="TState">The state.</typeparam>
public readonly record struct AgreedState<TState>(long Revision, TState State, DateTimeOffset Timestamp, RevisionKind Kind);
