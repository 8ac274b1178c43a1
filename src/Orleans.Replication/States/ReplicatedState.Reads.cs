using System.Diagnostics.CodeAnalysis;
using Orleans.Replication.Errors;
using Orleans.Replication.Raft;
using Orleans.Replication.States.History;

namespace Orleans.Replication.States;

/// <content>Reading.</content>
internal sealed partial class ReplicatedState<TState>
{
    // Replaced as a whole, since any thread may read.
    private Remembered? _last;

    /// <inheritdoc/>
    public TState Value => Read().Value;

    /// <inheritdoc/>
    public long Version => Read().Version;

    /// <inheritdoc/>
    public async ValueTask<TState> ReadAsync(ReadConsistency? consistency, CancellationToken cancellationToken) =>
        (await ReadRecordAsync(consistency, cancellationToken).ConfigureAwait(false)).Value;

    /// <inheritdoc/>
    [SuppressMessage("Reliability", "CA2007", Justification = "The projection is the caller's code: it has to run on the caller's scheduler.")]
    public async ValueTask<TResult> ReadAsync<TResult>(Func<TState, TResult> projection, ReadConsistency? consistency, CancellationToken cancellationToken)
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
            ReplicaReads.RequireNotOlderThan(group, maxStaleness);
            var read = Read();
            return new(new VersionedState<TState>(read.Value, read.Version));
        }
        catch (RaftException error)
        {
            throw RaftErrors.Translate(error);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<VersionedState<TState>> ReadVersionedAsync(ReadConsistency? consistency, CancellationToken cancellationToken)
    {
        var read = await ReadRecordAsync(consistency, cancellationToken).ConfigureAwait(false);
        return new(read.Value, read.Version);
    }

    /// <inheritdoc/>
    public async ValueTask<StateChange<TState>> ReadAtAsync(long version, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(version, 1);
        try
        {
            return ChangeReader.ToStateChange(await new PastState(group, _key, History).ReadAsync(version, cancellationToken).ConfigureAwait(false), states);
        }
        catch (Exception error) when (RaftErrors.OfRead(error, group) is { } translated)
        {
            throw translated;
        }
    }

    /// <inheritdoc/>
    public ValueTask LoadAsync(CancellationToken cancellationToken)
    {
        Read();
        return default;
    }

    private Remembered Read()
    {
        try
        {
            // A new reader each time: a replica that went out of service gives none.
            var found = group.GetReader(StatesTable.TableName).TryGet(_key, out var record);
            var version = found ? record.Version : 0;
            if (_last is { } last && last.Version == version)
                return last;

            var read = new Remembered(found ? states.Deserialize(record.Pieces) : states.CreateInitial(), version);
            _last = read;
            return read;
        }
        catch (Exception error) when (RaftErrors.OfRead(error, group) is { } translated)
        {
            throw translated;
        }
    }

    private async ValueTask<Remembered> ReadRecordAsync(ReadConsistency? consistency, CancellationToken cancellationToken)
    {
        try
        {
            return await ReplicaReads.ReadAsync(
                group, consistency ?? defaults.Consistency, consistency is null ? defaults.MaxStaleness : null, this, static state => state.Read(), cancellationToken).ConfigureAwait(false);
        }
        catch (RaftException error)
        {
            throw RaftErrors.Translate(error);
        }
    }

    private sealed record Remembered(TState Value, long Version);
}
