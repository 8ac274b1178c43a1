using System.Runtime.CompilerServices;
using Orleans.Replication.Errors;
using Orleans.Replication.Raft;

namespace Orleans.Replication.States.History;

/// <summary>Follows one state on this silo's replica: reads what is new, and sleeps until there is more.</summary>
internal sealed class StateWatch(RaftGroup group, byte[] key, StateHistory history)
{
    /// <summary>The changes, as <see cref="IReplicatedState{TState}.WatchAsync"/> gives them, several at a time: never none.</summary>
    public async IAsyncEnumerable<IReadOnlyList<RecordedChange>> RunAsync(long? fromVersion, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // The watch before the first look: a change between the two ends the first wait.
        using var watch = Begin();
        var last = fromVersion ?? HistoryReader.LastVersion(history, key);
        while (true)
        {
            var changes = Look(last);
            if (changes.Count == 0)
            {
                await WaitAsync(watch, cancellationToken).ConfigureAwait(false);
                continue;
            }

            cancellationToken.ThrowIfCancellationRequested();
            yield return changes;
            last = changes[^1].Version;
        }
    }

    private IRecordWatch Begin()
    {
        try
        {
            return group.WatchRecord(StatesTable.TableName, key);
        }
        catch (Exception error) when (RaftErrors.OfRead(error, group) is { } translated)
        {
            throw translated;
        }
    }

    private IReadOnlyList<RecordedChange> Look(long after)
    {
        try
        {
            return HistoryReader.Read(history, group.GetReader(StatesTable.TableName), key, after);
        }
        catch (Exception error) when (RaftErrors.OfRead(error, group) is { } translated)
        {
            throw translated;
        }
    }

    private async ValueTask WaitAsync(IRecordWatch watch, CancellationToken cancellationToken)
    {
        try
        {
            await watch.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (RaftErrors.OfRead(error, group) is { } translated)
        {
            throw translated;
        }
    }
}
