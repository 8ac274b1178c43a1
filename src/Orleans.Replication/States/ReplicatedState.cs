using Orleans.Replication.Buffers;
using Orleans.Replication.Errors;
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
    Serializer serializer) : IReplicatedState<TState>
{
    private readonly byte[] _key = StateKey.Encode(reference.Grain, reference.StateName);

    /// <inheritdoc/>
    public StateReference<TState> Reference => reference;

    private StateHistory History => group.Tables.OfType<StatesTable>().Single().History;

    /// <inheritdoc/>
    public async ValueTask<TResult> ApplyAsync<TResult>(IReplicatedOperation<TState, TResult> operation, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(operation);

        // Refused here, an operation that not every replica could run never reaches the log.
        operations.CheckProposable(operation.GetType(), group);
        var payload = new PooledBufferWriter();
        StateCommand.Begin(payload, StateCommandKind.Apply, defaults.Origin);
        serializer.Serialize<object, PooledBufferWriter>(operation, payload);
        var result = await ProposeAsync(payload, expectedVersion: null, cancellationToken).ConfigureAwait(false);
        return serializer.Deserialize<TResult>(result.Payload)!;
    }

    /// <inheritdoc/>
    public async ValueTask<long> WriteAsync(TState state, long? expectedVersion, CancellationToken cancellationToken)
    {
        var payload = new PooledBufferWriter();
        StateCommand.Begin(payload, StateCommandKind.Write, defaults.Origin);
        states.Serialize(state, payload);
        return (await ProposeAsync(payload, expectedVersion, cancellationToken).ConfigureAwait(false)).Version;
    }

    /// <inheritdoc/>
    public ValueTask<bool> ClearAsync(CancellationToken cancellationToken) => ClearAsync(null, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<bool> ClearAsync(long? expectedVersion, CancellationToken cancellationToken)
    {
        var payload = new PooledBufferWriter();
        StateCommand.Begin(payload, StateCommandKind.Clear, defaults.Origin);
        var result = await ProposeAsync(payload, expectedVersion, cancellationToken).ConfigureAwait(false);
        return result.Payload.Span is [1, ..];
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<StateChange<TState>> WatchAsync(long? fromVersion, CancellationToken cancellationToken) => fromVersion < 0
        ? throw new ArgumentOutOfRangeException(nameof(fromVersion), fromVersion, "Versions are not negative.")
        : new StateWatch<TState>(group, _key, History, states).RunAsync(fromVersion, cancellationToken);

    /// <summary>
    /// Proposes, and turns everything but success into an error. The payload's memory goes back to its pool only after a normal return: after an
    /// error the group may still be sending it.
    /// </summary>
    private async ValueTask<CommandResult> ProposeAsync(PooledBufferWriter payload, long? expectedVersion, CancellationToken cancellationToken)
    {
        CommandResult result;
        try
        {
            var command = new Command(StatesTable.TableName, _key, payload.WrittenMemory, expectedVersion);
            result = await group.ProposeAsync(command, cancellationToken).ConfigureAwait(false);
        }
        catch (RaftException error)
        {
            throw RaftErrors.Translate(error);
        }

        payload.Dispose();
        return result.Status switch
        {
            CommandStatus.Ok => result,
            CommandStatus.VersionMismatch => throw new VersionMismatchException(expectedVersion ?? 0, result.Version),
            _ => throw Rejection.Decode(result.Payload.Span),
        };
    }
}
