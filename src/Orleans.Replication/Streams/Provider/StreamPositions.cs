using Orleans.Replication.Raft;
using Orleans.Replication.States;
using Orleans.Replication.Streams.Records;
using Orleans.Runtime;
using Orleans.Streams;

namespace Orleans.Replication.Streams.Provider;

/// <summary>How far the queues of a provider are, in the group.</summary>
internal sealed class StreamPositions(string provider, int queues, RaftGroup group)
{
    /// <summary>
    /// The version up to which a queue's events were delivered, as this replica has it; of queues that the streams were divided into before, the least. Null when there is none.
    /// </summary>
    /// <exception cref="RaftException">The replica is out of service.</exception>
    public long? Find(QueueId queue)
    {
        using var snapshot = group.OpenSnapshot(StreamPositionTable.TableName);
        if (snapshot.TryGet(KeyOf(queue), out var own))
            return StreamPositionTable.Decode(own.Value.Span);
        long? least = null;
        foreach (var (_, other) in snapshot.Scan(StreamPositionTable.Provider(provider)))
            least = Math.Min(least ?? long.MaxValue, StreamPositionTable.Decode(other.Value.Span));
        return least;
    }

    /// <summary>Gives every queue that has none a position: that of now. Afterwards nothing that changes a state is missed, whenever an agent begins to read.</summary>
    /// <exception cref="RaftException">It may not have been done.</exception>
    public async Task BeginAsync(IEnumerable<QueueId> all, CancellationToken cancellationToken)
    {
        // What is there stays for ever, so that a replica that has it need not ask.
        var missing = all.Where(queue => Find(queue) is null).ToList();
        if (missing.Count == 0)
            return;
        await group.ReadBarrierAsync(cancellationToken).ConfigureAwait(false);
        var now = group.Tables.OfType<StatesTable>().Single().History.Published;
        foreach (var queue in missing.Where(queue => Find(queue) is null))
            await SaveAsync(queue, now, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Says how far a queue is; one that is further already stays so.</summary>
    /// <exception cref="RaftException">It may not have been written.</exception>
    public ValueTask<CommandResult> SaveAsync(QueueId queue, long version, CancellationToken cancellationToken) =>
        group.ProposeAsync(new Command(StreamPositionTable.TableName, KeyOf(queue), StreamPositionTable.Encode(version)), cancellationToken);

    private byte[] KeyOf(QueueId queue) => StreamPositionTable.Queue(provider, queues, queue.GetNumericId());
}
