using Microsoft.Extensions.DependencyInjection;
using Orleans.Replication.Errors;
using Orleans.Replication.Raft;
using Orleans.Replication.States.History;
using Orleans.Replication.States.Transactions;
using Orleans.Runtime;

namespace Orleans.Replication.States;

/// <inheritdoc cref="IReplicationGroup"/>
/// <remarks>It is made with the silo's services, and finds its group when it is used: replication starts later.</remarks>
internal sealed class ReplicationGroup(string name, IServiceProvider services) : IReplicationGroup
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
        ArgumentNullException.ThrowIfNull(transaction);
        if (transaction.Parts is 0 or > GroupTransaction.MaxParts)
        {
            throw new ArgumentException(
                $"A transaction has 1 to {GroupTransaction.MaxParts} conditions and steps; this one has {transaction.Parts}. Nothing was proposed.", nameof(transaction));
        }

        var group = _host.GetGroup(name);
        var encoder = Encode(transaction, group);
        try
        {
            var result = await group.ProposeAsync(encoder.Encode(OriginOf(group)), cancellationToken).ConfigureAwait(false);
            return encoder.Decode(TransactionAnswer.Parse(result.Payload));
        }
        catch (RaftException error)
        {
            throw RaftErrors.Translate(error);
        }
    }

    /// <inheritdoc/>
    public IReplicatedState<TState> GetState<TState>(StateReference<TState> state)
    {
        StateReferences.Check(state, name);
        var group = _host.GetGroup(name);
        return ActivatorUtilities.CreateInstance<ReplicatedState<TState>>(services, group, state, new StateDefaults(OriginOf(group)));
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<GroupChange> WatchAsync(long? fromVersion, CancellationToken cancellationToken)
    {
        if (fromVersion < 0)
            throw new ArgumentOutOfRangeException(nameof(fromVersion), fromVersion, "Versions are not negative.");
        var group = _host.GetGroup(name);
        return new GroupWatch(group, group.Tables.OfType<StatesTable>().Single().History).RunAsync(fromVersion, cancellationToken);
    }

    /// <inheritdoc/>
    public StateChange<TState> Read<TState>(GroupChange change)
    {
        ArgumentNullException.ThrowIfNull(change);
        try
        {
            return ChangeReader.ToStateChange(change, services.GetRequiredService<StateSerializer<TState>>());
        }
        catch (UnreadableStateException error)
        {
            throw new ReplicationConfigurationException(error.Message, error.InnerException);
        }
    }

    private TransactionEncoder Encode(GroupTransaction transaction, RaftGroup group)
    {
        try
        {
            var encoder = new TransactionEncoder(group, services);
            transaction.Accept(encoder);
            return encoder;
        }
        catch (Exception error) when (RaftErrors.OfRead(error, group) is { } translated)
        {
            throw translated;
        }
    }

    private byte[] OriginOf(RaftGroup group) => OriginFormat.Encode(new(group.LocalId, _caller?.GrainContext?.GrainId));
}
