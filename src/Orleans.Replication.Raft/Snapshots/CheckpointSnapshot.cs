using DotNext.IO;
using DotNext.Net.Cluster.Consensus.Raft.StateMachine;

namespace Orleans.Replication.Raft.Snapshots;

/// <summary>
/// A checkpoint of the state in a folder of its own. The log before it may go. It is shipped file by file (<see cref="SnapshotSender"/>), outside
/// of the log's locks, and never through the log entry that it also is for the engine.
/// </summary>
internal sealed class CheckpointSnapshot(string folder, long index, long term) : ISnapshot
{
    /// <summary>Where its files are.</summary>
    public string Folder => folder;

    public long Index => index;

    public long Term => term;

    long? IDataTransferObject.Length => null;

    bool IDataTransferObject.IsReusable => true;

    ValueTask IDataTransferObject.WriteToAsync<TWriter>(TWriter writer, CancellationToken token) =>
        throw new InvalidOperationException("A snapshot is shipped by its files.");
}
