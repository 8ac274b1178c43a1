using System.Buffers;
using DotNext.Net.Cluster.Consensus.Raft.StateMachine;
using Orleans.Replication.Raft.Apply;
using Orleans.Replication.Raft.Snapshots;

namespace Orleans.Replication.Raft.Engine;

/// <summary>
/// Hands committed entries to the <see cref="CommandApplier"/>. An exception there is no outcome of a command but the end of this replica's
/// service (SAFETY S15): it is reported, and the log stops.
/// </summary>
internal sealed class StateMachine(
    CommandApplier applier, SnapshotStore snapshots, Action<long> entryApplied, Action<Exception> failed) : IStateMachine
{
    private CheckpointSnapshot? _arriving;

    public ISnapshot? Snapshot => snapshots.Current;

    /// <summary>Tells what the entry that is about to be installed stands for: the engine passes only its index on.</summary>
    public void Expect(CheckpointSnapshot arriving) => Volatile.Write(ref _arriving, arriving);

    public ValueTask ReclaimGarbageAsync(long watermark, CancellationToken token)
    {
        snapshots.Reclaim(watermark);
        return default;
    }

    public ValueTask<long> ApplyAsync(LogEntry entry, CancellationToken token)
    {
        try
        {
            if (entry.IsSnapshot)
                Install(entry.Index);
            else
                Apply(entry);
            return new(entry.Index);
        }
        catch (Exception e)
        {
            failed(e);
            throw;
        }
    }

    private void Apply(in LogEntry entry)
    {
        if (!entry.TryGetPayload(out var payload) || payload.IsEmpty)
            return;
        var memory = payload.IsSingleSegment ? payload.First : payload.ToArray();
        applier.Apply(entry.Index, entry.Term, memory);
        entryApplied(memory.Length);
    }

    private void Install(long index)
    {
        var arriving = Interlocked.Exchange(ref _arriving, null);
        if (arriving is null || arriving.Index != index)
            throw new InvalidOperationException($"Snapshot {index} is to be installed; {arriving?.Index ?? 0} has arrived.");
        applier.Install(arriving.Folder);
        snapshots.Use(arriving);
    }
}
