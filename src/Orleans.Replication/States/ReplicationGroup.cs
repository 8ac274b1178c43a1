using Microsoft.Extensions.DependencyInjection;
using Orleans.Replication.Raft;
using Orleans.Replication.States.History;
using Orleans.Replication.States.Transactions;
using Orleans.Runtime;

namespace Orleans.Replication.States;

/// <inheritdoc cref="IReplicationGroup"/>
/// <remarks>It is made with the silo's services, and finds its group when it is used: replication starts later.</remarks>
internal sealed class ReplicationGroup(string name, IServiceProvider services) : IReplicationGroup, IStateSource
{
    private readonly IReplicationHost _host = services.GetRequiredService<IReplicationHost>();
    private readonly IGrainContextAccessor? _caller = services.GetService<IGrainContextAccessor>();

    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public int OperationsVersion => _host.GetGroup(name).Tables.OfType<StatesTable>().Single().Version;

    /// <inheritdoc/>
    public async ValueTask<TransactionResult> TransactAsync(GroupTransaction transaction, CancellationToken cancellationToken)
    {
        TransactionProposal.Check(transaction);
        var group = _host.GetGroup(name);
        var proposals = new LocalProposals(group, services.GetRequiredService<OperationRunners>());
        return await TransactionProposal.RunAsync(transaction, proposals, OriginOf(group, _caller?.GrainContext?.GrainId), services, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public IReplicatedState<TState> GetState<TState>(StateReference<TState> state)
    {
        StateReferences.Check(state, name);
        return Create(services, state, _caller?.GrainContext?.GrainId, ReadConsistency.Linearizable, maxStaleness: null);
    }

    /// <inheritdoc/>
    public IReplicatedState<TState> Create<TState>(
        IServiceProvider caller, StateReference<TState> state, GrainId? grain, ReadConsistency consistency, TimeSpan? maxStaleness)
    {
        var group = _host.GetGroup(name);
        return ActivatorUtilities.CreateInstance<ReplicatedState<TState>>(caller, group, state, new StateDefaults(OriginOf(group, grain), consistency, maxStaleness));
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<GroupChange> WatchAsync(long? fromVersion, CancellationToken cancellationToken)
    {
        if (fromVersion < 0)
            throw new ArgumentOutOfRangeException(nameof(fromVersion), fromVersion, "Versions are not negative.");
        var group = _host.GetGroup(name);
        var watch = new GroupWatch(group, group.Tables.OfType<StatesTable>().Single().History);
        return ChangeReader.ToGroupChangesAsync(watch.RunAsync(fromVersion, CancellationToken.None), name, cancellationToken);
    }

    /// <inheritdoc/>
    public StateChange<TState> Read<TState>(GroupChange change) => ChangeReader.Read<TState>(change, services);

    private static byte[] OriginOf(RaftGroup group, GrainId? grain) => OriginFormat.Encode(new(group.LocalId, grain));
}
