using Google.Protobuf;
using Orleans.Replication.Access.Wire;
using Orleans.Replication.Journals.Records;
using Orleans.Replication.Raft;

namespace Orleans.Replication.Access;

/// <summary>Tells those who hold no replica which journals change on this silo's, and shows that it lives while none does.</summary>
internal sealed class AccessTableWatches(TimeProvider time)
{
    /// <summary>Serves one watch, until the caller goes or the replica can no longer.</summary>
    /// <returns>Why it ended.</returns>
    public async ValueTask<AccessResponse> RunAsync(RaftGroup group, WatchTableRequest request, Func<AccessResponse, ValueTask> send, CancellationToken cancellationToken)
    {
        try
        {
            if (request.Table != JournalTable.TableName)
                throw new ArgumentException($"Table '{request.Table}' cannot be watched; '{JournalTable.TableName}' can.");
            var table = group.Tables.OfType<JournalTable>().Single();
            using var watch = group.WatchTable(JournalTable.TableName);
            await SendAsync(table, watch, send, cancellationToken).ConfigureAwait(false);
            throw new ReplicationUnavailableException("The watch ended.");
        }
        catch (Exception error) when (error is not (IOException or OperationCanceledException) && !cancellationToken.IsCancellationRequested)
        {
            return AccessFailures.Describe(error, mayBeDone: false);
        }
    }

    private async ValueTask SendAsync(JournalTable table, IRecordWatch watch, Func<AccessResponse, ValueTask> send, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var changed = new ChangedJournals();
        using var collecting = table.Feed.Collect(changed);
        var next = Task.CompletedTask;
        try
        {
            // What was before this, the caller may have missed.
            changed.AddAny(table.LastCommand);
            while (true)
            {
                await send(Encode(changed)).ConfigureAwait(false);
                if (next.IsCompleted)
                    next = watch.WaitAsync(stop.Token).AsTask();
                if (await SignOfLife.IsThereAsync(next, time, cancellationToken).ConfigureAwait(false))
                    await next.ConfigureAwait(false);
            }
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await next.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static AccessResponse Encode(ChangedJournals changed)
    {
        var (journals, any) = changed.Take();
        return new AccessResponse
        {
            TableChanges = new TableChanges { Any = any, Records = { journals.Select(change => new RecordChange { Key = UnsafeByteOperations.UnsafeWrap(change.Key), Version = change.Value }) } },
        };
    }
}
