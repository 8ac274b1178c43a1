using System.Buffers;
using System.Diagnostics.CodeAnalysis;
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
internal sealed class ReplicatedState<TState>(
    RaftGroup group,
    byte[] key,
    StateSerializer<TState> states,
    OperationRunners operations,
    Serializer serializer) : IReplicatedState<TState>
{
    // Replaced as a whole, since any thread may read.
    private Remembered? _last;

    /// <inheritdoc/>
    public TState Value => Read().Value;

    /// <inheritdoc/>
    public long Version => Read().Version;

    /// <inheritdoc/>
    public async ValueTask<TState> ReadAsync(ReadConsistency consistency, CancellationToken cancellationToken) =>
        (await ReadRecordAsync(consistency, cancellationToken).ConfigureAwait(false)).Value;

    /// <inheritdoc/>
    [SuppressMessage("Reliability", "CA2007", Justification = "The projection is the caller's code: it has to run on the caller's scheduler.")]
    public async ValueTask<TResult> ReadAsync<TResult>(Func<TState, TResult> projection, ReadConsistency consistency, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(projection);
        return projection((await ReadRecordAsync(consistency, cancellationToken)).Value);
    }

    /// <inheritdoc/>
    public ValueTask<VersionedState<TState>> ReadStaleAsync(TimeSpan maxStaleness, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxStaleness, TimeSpan.Zero);
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            // Asked first: what is read afterwards is not older.
            var staleness = group.GetStaleness();
            if (!(staleness <= maxStaleness))
            {
                throw new ReplicationUnavailableException(
                    $"This silo's replica of group '{group.Name}' {(staleness is { } age ? $"has last been up to date {age} ago" : "has not been up to date since its start")}; "
                    + $"{maxStaleness} was asked for. Read with a higher limit, or linearizably.");
            }

            var read = Read();
            return new(new VersionedState<TState>(read.Value, read.Version));
        }
        catch (RaftException error)
        {
            throw RaftErrors.Translate(error);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<VersionedState<TState>> ReadVersionedAsync(ReadConsistency consistency, CancellationToken cancellationToken)
    {
        var read = await ReadRecordAsync(consistency, cancellationToken).ConfigureAwait(false);
        return new(read.Value, read.Version);
    }

    /// <inheritdoc/>
    public async ValueTask<TResult> ApplyAsync<TResult>(IReplicatedOperation<TState, TResult> operation, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(operation);

        // Refused here, an operation that no replica could run never reaches the log.
        _ = operations.Find(operation.GetType());
        var payload = new PooledBufferWriter();
        StateCommand.Begin(payload, StateCommandKind.Apply);
        serializer.Serialize<object, PooledBufferWriter>(operation, payload);
        var result = await ProposeAsync(payload.WrittenMemory, expectedVersion: null, cancellationToken).ConfigureAwait(false);
        payload.Dispose();
        return serializer.Deserialize<TResult>(result.Payload)!;
    }

    /// <inheritdoc/>
    public async ValueTask<long> WriteAsync(TState state, long? expectedVersion, CancellationToken cancellationToken)
    {
        var payload = new PooledBufferWriter();
        StateCommand.Begin(payload, StateCommandKind.Write);
        states.Serialize(state, payload);
        var result = await ProposeAsync(payload.WrittenMemory, expectedVersion, cancellationToken).ConfigureAwait(false);
        payload.Dispose();
        return result.Version;
    }

    /// <inheritdoc/>
    public ValueTask<bool> ClearAsync(CancellationToken cancellationToken) => ClearAsync(null, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<bool> ClearAsync(long? expectedVersion, CancellationToken cancellationToken)
    {
        var result = await ProposeAsync(StateCommand.Clear, expectedVersion, cancellationToken).ConfigureAwait(false);
        return result.Payload.Span is [1, ..];
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<StateChange<TState>> WatchAsync(long? fromVersion, CancellationToken cancellationToken) => fromVersion < 0
        ? throw new ArgumentOutOfRangeException(nameof(fromVersion), fromVersion, "Versions are not negative.")
        : new StateWatch<TState>(group, key, group.Tables.OfType<StatesTable>().Single().History, states).RunAsync(fromVersion, cancellationToken);

    /// <summary>
    /// Reads the record once, so that a state which this silo cannot read fails the activation and not the first call.
    /// </summary>
    public void Load() => Read();

    private Remembered Read()
    {
        try
        {
            // A new reader each time: a replica that went out of service gives none.
            var found = group.GetReader(StatesTable.TableName).TryGet(key, out var record);
            var version = found ? record.Version : 0;
            if (_last is { } last && last.Version == version)
                return last;

            var read = new Remembered(found ? states.Deserialize(record.Value) : states.CreateInitial(), version);
            _last = read;
            return read;
        }
        catch (Exception error) when (RaftErrors.OfRead(error, group) is { } translated)
        {
            throw translated;
        }
    }

    private async ValueTask<Remembered> ReadRecordAsync(ReadConsistency consistency, CancellationToken cancellationToken)
    {
        try
        {
            switch (consistency)
            {
                case ReadConsistency.Stale:
                    return Read();
                case ReadConsistency.Linearizable:
                    await group.ReadBarrierAsync(cancellationToken).ConfigureAwait(false);
                    return Read();
                case ReadConsistency.Lease:
                    return await group.ReadByLeaseAsync(this, static state => state.Read(), cancellationToken).ConfigureAwait(false);
                default:
                    throw new ArgumentOutOfRangeException(nameof(consistency), consistency, "There is no such consistency.");
            }
        }
        catch (RaftException error)
        {
            throw RaftErrors.Translate(error);
        }
    }

    /// <summary>
    /// Proposes, and turns everything but success into an error. The payload's memory may go back to its pool only after a normal return: after an
    /// error the group may still be sending it.
    /// </summary>
    private async ValueTask<CommandResult> ProposeAsync(ReadOnlyMemory<byte> payload, long? expectedVersion, CancellationToken cancellationToken)
    {
        CommandResult result;
        try
        {
            result = await group.ProposeAsync(new Command(StatesTable.TableName, key, payload, expectedVersion), cancellationToken).ConfigureAwait(false);
        }
        catch (RaftException error)
        {
            throw RaftErrors.Translate(error);
        }

        return result.Status switch
        {
            CommandStatus.Ok => result,
            CommandStatus.VersionMismatch => throw new VersionMismatchException(expectedVersion ?? 0, result.Version),
            _ => throw Rejection.Decode(result.Payload.Span),
        };
    }

    private sealed record Remembered(TState Value, long Version);
}
