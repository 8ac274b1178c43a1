using Orleans.Replication.Access.Wire;
using Orleans.Replication.Raft;
using Orleans.Replication.States;
using Orleans.Replication.States.History;

namespace Orleans.Replication.Access;

/// <summary>Serves watches from this silo's replica: where one begins, every change, and a sign of life while there is none.</summary>
internal sealed class AccessWatches(TimeProvider time)
{
    /// <summary>Serves one watch, until the caller goes or the replica can no longer.</summary>
    /// <returns>Why it ended.</returns>
    public async ValueTask<AccessResponse> RunAsync(RaftGroup group, WatchRequest request, Func<AccessResponse, ValueTask> send, CancellationToken cancellationToken)
    {
        try
        {
            if (request.HasFromVersion && request.FromVersion < 0)
                throw new ArgumentException($"Versions are not negative; {request.FromVersion} was asked for.");

            // Asked for before it is said that the watch runs: a replica out of service does not.
            _ = group.GetReader(StatesTable.TableName);
            var history = group.Tables.OfType<StatesTable>().Single().History;
            var from = request.HasFromVersion ? request.FromVersion : history.Published;
            var changes = request.HasKey
                ? new StateWatch(group, request.Key.ToByteArray(), history).RunAsync(from, CancellationToken.None)
                : new GroupWatch(group, history).RunAsync(from, CancellationToken.None);
            await SendAsync(changes, from, hasKeys: !request.HasKey, send, cancellationToken).ConfigureAwait(false);
            throw new ReplicationUnavailableException("The watch ended.");
        }
        catch (Exception error) when (error is not IOException && !cancellationToken.IsCancellationRequested)
        {
            return AccessFailures.Describe(error, mayBeDone: false);
        }
    }

    private async ValueTask SendAsync(
        IAsyncEnumerable<IReadOnlyList<RecordedChange>> source, long from, bool hasKeys, Func<AccessResponse, ValueTask> send, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var changes = source.GetAsyncEnumerator(stop.Token);
        var next = Task.FromResult(true);
        try
        {
            for (var last = from; ; last = changes.Current[^1].Version)
            {
                next = changes.MoveNextAsync().AsTask();
                if (last == from)
                    await send(Sign(last)).ConfigureAwait(false);
                while (!await SignOfLife.IsThereAsync(next, time, cancellationToken).ConfigureAwait(false))
                    await send(Sign(last)).ConfigureAwait(false);
                if (!await next.ConfigureAwait(false))
                    return;
                await SendAsync(changes.Current, hasKeys, send).ConfigureAwait(false);
            }
        }
        finally
        {
            // An enumerator is not disposed of while it moves.
            await stop.CancelAsync().ConfigureAwait(false);
            await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await changes.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static async ValueTask SendAsync(IReadOnlyList<RecordedChange> changes, bool hasKeys, Func<AccessResponse, ValueTask> send)
    {
        for (var i = 0; i < changes.Count; i++)
        {
            var more = i + 1 < changes.Count && changes[i + 1].Version == changes[i].Version;
            await send(new AccessResponse { Change = ChangeFormat.Encode(changes[i], hasKeys, more) }).ConfigureAwait(false);
        }
    }

    private static AccessResponse Sign(long version) => new() { Position = new WatchPosition { Version = version } };
}
