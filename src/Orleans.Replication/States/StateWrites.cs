using Orleans.Replication.Buffers;
using Orleans.Replication.Raft;
using Orleans.Serialization;

namespace Orleans.Replication.States;

/// <summary>Writes down the changes of one state, and reads what became of them.</summary>
/// <param name="proposals">The way into the group.</param>
/// <param name="key">The state (<see cref="StateKey"/>).</param>
/// <param name="origin">Who proposes (<see cref="OriginFormat"/>).</param>
/// <param name="states">Writes states down.</param>
/// <param name="serializer">Writes operations down, and reads their results.</param>
internal sealed class StateWrites<TState>(IProposals proposals, byte[] key, byte[] origin, StateSerializer<TState> states, Serializer serializer)
{
    // The last version that was made or found here: its type need not be looked at again.
    private long _known;

    /// <inheritdoc cref="IReplicatedState{TState}.ApplyAsync"/>
    public async ValueTask<TResult> ApplyAsync<TResult>(IReplicatedOperation<TState, TResult> operation, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(operation);

        // Refused here, an operation that not every replica could run never reaches the log.
        var need = proposals.Check(operation.GetType());
        CheckType();
        var payload = new PooledBufferWriter();
        StateCommand.Begin(payload, StateCommandKind.Apply, origin);
        serializer.Serialize<object, PooledBufferWriter>(operation, payload);
        var result = await ProposeAsync(payload, need, expectedVersion: null, cancellationToken).ConfigureAwait(false);
        Volatile.Write(ref _known, result.Version);
        return serializer.Deserialize<TResult>(result.Payload)!;
    }

    /// <inheritdoc cref="IReplicatedState{TState}.WriteAsync"/>
    public async ValueTask<long> WriteAsync(TState state, long? expectedVersion, CancellationToken cancellationToken)
    {
        CheckType();
        var payload = new PooledBufferWriter();
        StateCommand.Begin(payload, StateCommandKind.Write, origin);
        states.Serialize(state, payload);
        var result = await ProposeAsync(payload, default, expectedVersion, cancellationToken).ConfigureAwait(false);
        Volatile.Write(ref _known, result.Version);
        return result.Version;
    }

    /// <inheritdoc cref="IReplicatedState{TState}.ClearAsync(long?, CancellationToken)"/>
    public async ValueTask<bool> ClearAsync(long? expectedVersion, CancellationToken cancellationToken)
    {
        var payload = new PooledBufferWriter();
        StateCommand.Begin(payload, StateCommandKind.Clear, origin);
        var result = await ProposeAsync(payload, default, expectedVersion, cancellationToken).ConfigureAwait(false);
        return result.Payload.Span is [1, ..];
    }

    private void CheckType()
    {
        var known = Volatile.Read(ref _known);
        if (StateTypes.Check(proposals, key, states, known) is var found and not 0 && found != known)
            Volatile.Write(ref _known, found);
    }

    /// <summary>
    /// Proposes, and turns everything but success into an error. The payload's memory goes back to its pool only after a normal return: after an
    /// error somebody may still be sending it.
    /// </summary>
    private async ValueTask<CommandResult> ProposeAsync(PooledBufferWriter payload, OperationsNeed need, long? expectedVersion, CancellationToken cancellationToken)
    {
        var command = new Command(StatesTable.TableName, key, payload.WrittenMemory, expectedVersion);
        var result = await proposals.ProposeAsync(command, need, cancellationToken).ConfigureAwait(false);
        payload.Dispose();
        return result.Status switch
        {
            CommandStatus.Ok => result,
            CommandStatus.VersionMismatch => throw new VersionMismatchException(expectedVersion ?? 0, result.Version),
            _ => throw Rejection.Decode(result.Payload.Span),
        };
    }
}
