using System.Runtime.CompilerServices;
using Orleans.Replication.Errors;
using Orleans.Replication.Raft;

namespace Orleans.Replication.States.History;

/// <summary>Follows all states of a group on this silo's replica: reads what is new, and sleeps until there is more.</summary>
internal sealed class GroupWatch(RaftGroup group, StateHistory history)
{
    /// <summary>The changes, as <see cref="IReplicationGroup.WatchAsync"/> gives them, several at a time: never none, and all of each version.</summary>
    public async IAsyncEnumerable<IReadOnlyList<RecordedChange>> RunAsync(long? fromVersion, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // The watch before the first look: a change between the two ends the first wait.
        using var watch = Ask(group, static group => group.WatchTable(StatesTable.TableName));
        var feed = new GroupFeed(group, history, fromVersion ?? history.Published);
        while (true)
        {
            var position = feed.Position;
            var changes = Ask(feed, static feed => feed.Next());
            cancellationToken.ThrowIfCancellationRequested();
            if (changes.Count > 0)
                yield return changes;
            else if (feed.Position == position)
                await WaitAsync(watch, cancellationToken).ConfigureAwait(false);
        }
    }

    private TResult Ask<TArgument, TResult>(TArgument argument, Func<TArgument, TResult> ask)
    {
        try
        {
            return ask(argument);
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
