using Microsoft.Extensions.DependencyInjection;
using Orleans.Replication.States;
using Orleans.Replication.States.History;
using Orleans.Replication.States.Transactions;
using Orleans.Runtime;

namespace Orleans.Replication.Access;

/// <inheritdoc cref="IReplicationGroup"/>
/// <remarks>The group is used through a silo that holds a replica of it.</remarks>
internal sealed class RemoteReplicationGroup(string name, IServiceProvider services) : IReplicationGroup, IStateSource
{
    private readonly AccessClient _access = services.GetRequiredService<AccessClient>();
    private readonly IGrainContextAccessor? _caller = services.GetService<IGrainContextAccessor>();

    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public int OperationsVersion => _access.OperationsVersion(name);

    /// <summary>The grain that calls; a client is none, though its calls have a context as well.</summary>
    private GrainId? Caller => _caller?.GrainContext?.GrainId is { } grain && !grain.IsClient() ? grain : null;

    /// <inheritdoc/>
    public async ValueTask<TransactionResult> TransactAsync(GroupTransaction transaction, CancellationToken cancellationToken)
    {
        TransactionProposal.Check(transaction);
        var proposals = new RemoteProposals(_access, name, services.GetRequiredService<OperationRunners>());
        return await TransactionProposal.RunAsync(transaction, proposals, OriginOf(Caller), services, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public IReplicatedState<TState> GetState<TState>(StateReference<TState> state)
    {
        StateReferences.Check(state, name);
        return Create(services, state, Caller, ReadConsistency.Linearizable, maxStaleness: null);
    }

    /// <inheritdoc/>
    public IReplicatedState<TState> Create<TState>(
        IServiceProvider caller, StateReference<TState> state, GrainId? grain, ReadConsistency consistency, TimeSpan? maxStaleness) =>
        ActivatorUtilities.CreateInstance<RemoteReplicatedState<TState>>(caller, state, new StateDefaults(OriginOf(grain), consistency, maxStaleness));

    /// <inheritdoc/>
    public IAsyncEnumerable<GroupChange> WatchAsync(long? fromVersion, CancellationToken cancellationToken)
    {
        if (fromVersion < 0)
            throw new ArgumentOutOfRangeException(nameof(fromVersion), fromVersion, "Versions are not negative.");
        var watch = new RemoteWatch(_access, name, key: null, services.GetRequiredService<TimeProvider>());
        return ChangeReader.ToGroupChangesAsync(watch.RunAsync(fromVersion, CancellationToken.None), name, cancellationToken);
    }

    /// <inheritdoc/>
    public StateChange<TState> Read<TState>(GroupChange change) => ChangeReader.Read<TState>(change, services);

    private byte[] OriginOf(GrainId? grain) => OriginFormat.Encode(new(_access.PeerId.ToString(), grain));
}
