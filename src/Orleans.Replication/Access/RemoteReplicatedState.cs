using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;
using Orleans.Replication.Access.Wire;
using Orleans.Replication.States;
using Orleans.Replication.States.History;
using Orleans.Serialization;

namespace Orleans.Replication.Access;

/// <summary>The state of one grain as a process sees it that holds no replica: every read and every write asks a silo that does.</summary>
/// <remarks>
/// <see cref="Value"/> and <see cref="Version"/> are what was read last, written or deleted through this object, and the initial state with version 0 before: they are not followed, and an operation
/// does not tell what it has made of the state. They do not go back to an older version.
/// </remarks>
internal sealed class RemoteReplicatedState<TState>(
    AccessClient access,
    StateReference<TState> reference,
    StateDefaults defaults,
    StateSerializer<TState> states,
    OperationRunners operations,
    Serializer serializer,
    TimeProvider time) : IReplicatedState<TState>, ILoadedState
{
    private readonly byte[] _key = StateKey.Encode(reference.Grain, reference.StateName);
    private readonly Lock _lock = new();
    private VersionedState<TState> _last = new(states.CreateInitial(), 0);

    /// <inheritdoc/>
    public StateReference<TState> Reference => reference;

    /// <inheritdoc/>
    public TState Value => Last.Value;

    /// <inheritdoc/>
    public long Version => Last.Version;

    private VersionedState<TState> Last
    {
        get
        {
            lock (_lock)
                return _last;
        }
    }

    private StateWrites<TState> Writes => field ??= new(new RemoteProposals(access, reference.Group, operations), _key, defaults.Origin, states, serializer);

    /// <inheritdoc/>
    public async ValueTask LoadAsync(CancellationToken cancellationToken) =>
        await ReadAsync(ReadConsistency.Stale, maxStaleness: null, cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public async ValueTask<TState> ReadAsync(ReadConsistency? consistency, CancellationToken cancellationToken) =>
        (await ReadVersionedAsync(consistency, cancellationToken).ConfigureAwait(false)).Value;

    /// <inheritdoc/>
    [SuppressMessage("Reliability", "CA2007", Justification = "The projection is the caller's code: it has to run on the caller's scheduler.")]
    public async ValueTask<TResult> ReadAsync<TResult>(Func<TState, TResult> projection, ReadConsistency? consistency, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(projection);
        return projection((await ReadVersionedAsync(consistency, cancellationToken)).Value);
    }

    /// <inheritdoc/>
    public ValueTask<VersionedState<TState>> ReadStaleAsync(TimeSpan maxStaleness, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxStaleness, TimeSpan.Zero);
        return ReadAsync(ReadConsistency.Stale, maxStaleness, cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<VersionedState<TState>> ReadVersionedAsync(ReadConsistency? consistency, CancellationToken cancellationToken) =>
        ReadAsync(consistency ?? defaults.Consistency, consistency is null ? defaults.MaxStaleness : null, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<TResult> ApplyAsync<TResult>(IReplicatedOperation<TState, TResult> operation, CancellationToken cancellationToken) =>
        Writes.ApplyAsync(operation, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<long> WriteAsync(TState state, long? expectedVersion, CancellationToken cancellationToken)
    {
        var version = await Writes.WriteAsync(state, expectedVersion, cancellationToken).ConfigureAwait(false);
        Remember(new(state, version));
        return version;
    }

    /// <inheritdoc/>
    public ValueTask<bool> ClearAsync(CancellationToken cancellationToken) => ClearAsync(null, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<bool> ClearAsync(long? expectedVersion, CancellationToken cancellationToken)
    {
        var existed = await Writes.ClearAsync(expectedVersion, cancellationToken).ConfigureAwait(false);
        Remember(new(states.CreateInitial(), 0));
        return existed;
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<StateChange<TState>> WatchAsync(long? fromVersion, CancellationToken cancellationToken) => fromVersion < 0
        ? throw new ArgumentOutOfRangeException(nameof(fromVersion), fromVersion, "Versions are not negative.")
        : ChangeReader.ToStateChangesAsync(new RemoteWatch(access, reference.Group, _key, time).RunAsync(fromVersion, CancellationToken.None), states, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<StateChange<TState>> ReadAtAsync(long version, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(version, 1);
        var request = new AccessRequest { ReadAt = new ReadAtRequest { Key = UnsafeByteOperations.UnsafeWrap(_key), Version = version } };
        var response = await access.AskAsync(reference.Group, request, operation: null, cancellationToken).ConfigureAwait(false);
        try
        {
            return ChangeReader.ToStateChange(ChangeFormat.Decode(response.Change ?? throw Unexpected()), states);
        }
        catch (Exception error) when (error is UnreadableStateException or InvalidDataException)
        {
            throw new ReplicationConfigurationException(error.Message, error.InnerException);
        }
    }

    private async ValueTask<VersionedState<TState>> ReadAsync(ReadConsistency consistency, TimeSpan? maxStaleness, CancellationToken cancellationToken)
    {
        var read = new ReadRequest
        {
            Keys = { UnsafeByteOperations.UnsafeWrap(_key) },
            Consistency = consistency switch
            {
                ReadConsistency.Linearizable => Consistency.Linearizable,
                ReadConsistency.Lease => Consistency.Lease,
                ReadConsistency.Stale => Consistency.Stale,
                _ => throw new ArgumentOutOfRangeException(nameof(consistency), consistency, "There is no such consistency."),
            },
        };
        if (maxStaleness is { } limit)
            read.MaxStalenessTicks = limit.Ticks;
        var response = await access.AskAsync(reference.Group, new AccessRequest { Read = read }, operation: null, cancellationToken).ConfigureAwait(false);
        return response.Read is { Records: [var record] } ? Remember(ToState(record)) : throw Unexpected();
    }

    private VersionedState<TState> ToState(Record record)
    {
        // A version names one content for ever: what was read before need not be read again.
        if (record.Version == 0)
            return new(states.CreateInitial(), 0);
        if (Last is var last && last.Version == record.Version)
            return last;
        try
        {
            return new(states.Deserialize(new(record.Value.Memory)), record.Version);
        }
        catch (UnreadableStateException error)
        {
            throw new ReplicationConfigurationException(error.Message, error.InnerException);
        }
    }

    private VersionedState<TState> Remember(in VersionedState<TState> state)
    {
        lock (_lock)
        {
            if (state.Version == 0 || state.Version > _last.Version)
                _last = state;
        }

        return state;
    }

    private static ReplicationUnavailableException Unexpected() => new("The silo answered a read in a way that this software does not know.");
}
