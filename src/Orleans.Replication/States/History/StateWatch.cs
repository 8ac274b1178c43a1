using System.Runtime.CompilerServices;
using Orleans.Replication.Errors;
using Orleans.Replication.Raft;

namespace Orleans.Replication.States.History;

/// <summary>Follows one state on this silo's replica: reads what is new, and sleeps until there is more.</summary>
internal sealed class StateWatch<TState>(RaftGroup group, byte[] key, StateHistory history, StateSerializer<TState> states)
{
    /// <inheritdoc cref="IReplicatedState{TState}.WatchAsync"/>
    public async IAsyncEnumerable<StateChange<TState>> RunAsync(long? fromVersion, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // The watch before the first look: a change between the two ends the first wait.
        using var watch = Begin();
        var last = fromVersion ?? HistoryReader.LastVersion(history, key);
        while (true)
        {
            var changes = Look(last);
            foreach (var recorded in changes)
            {
                var change = ToChange(recorded);
                cancellationToken.ThrowIfCancellationRequested();
                yield return change;
                last = change.Version;
            }

            if (changes.Count == 0)
                await WaitAsync(watch, cancellationToken).ConfigureAwait(false);
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

    private StateChange<TState> ToChange(in RecordedChange change)
    {
        try
        {
            return new(
                change.Kind,
                change.State.IsEmpty ? states.CreateInitial() : states.Deserialize(change.State),
                change.Version,
                change.Timestamp,
                OriginFormat.Decode(change.Origin.Span));
        }
        catch (Exception error) when (RaftErrors.OfRead(error, group) is { } translated)
        {
            throw translated;
        }
    }
}
