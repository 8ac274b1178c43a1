using Orleans.Replication.Raft;
using Orleans.Replication.States.History;
using Orleans.Serialization;

namespace Orleans.Replication.States;

/// <summary>The state of one grain as one activation sees it.</summary>
/// <remarks>
/// It remembers the object that it read last, together with its version. A version names one content for ever, so an object is right as long as the
/// record still has its version: nothing has to be told to forget. What it remembers lives as long as the activation.
/// </remarks>
internal sealed partial class ReplicatedState<TState>(
    RaftGroup group,
    StateReference<TState> reference,
    StateDefaults defaults,
    StateSerializer<TState> states,
    OperationRunners operations,
    Serializer serializer) : IReplicatedState<TState>, ILoadedState
{
    private readonly byte[] _key = StateKey.Encode(reference.Grain, reference.StateName);

    /// <inheritdoc/>
    public StateReference<TState> Reference => reference;

    private StateHistory History => group.Tables.OfType<StatesTable>().Single().History;

    private StateWrites<TState> Writes => field ??= new(new LocalProposals(group, operations), _key, defaults.Origin, states, serializer);

    /// <inheritdoc/>
    public ValueTask<TResult> ApplyAsync<TResult>(IReplicatedOperation<TState, TResult> operation, CancellationToken cancellationToken) =>
        Writes.ApplyAsync(operation, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<long> WriteAsync(TState state, long? expectedVersion, CancellationToken cancellationToken) => Writes.WriteAsync(state, expectedVersion, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<bool> ClearAsync(CancellationToken cancellationToken) => ClearAsync(null, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<bool> ClearAsync(long? expectedVersion, CancellationToken cancellationToken) => Writes.ClearAsync(expectedVersion, cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<StateChange<TState>> WatchAsync(long? fromVersion, CancellationToken cancellationToken) => fromVersion < 0
        ? throw new ArgumentOutOfRangeException(nameof(fromVersion), fromVersion, "Versions are not negative.")
        : ChangeReader.ToStateChangesAsync(new StateWatch(group, _key, History).RunAsync(fromVersion, CancellationToken.None), states, cancellationToken);
}
