using DotNext.IO;
using DotNext.Net.Cluster.Consensus.Raft;

namespace Orleans.Replication.Raft.Engine;

/// <summary>Tells the log that a snapshot, whose files are here already, takes the place of its beginning.</summary>
internal sealed class InstalledSnapshot(long term) : IRaftLogEntry
{
    public long Term => term;

    bool DotNext.IO.Log.ILogEntry.IsSnapshot => true;

    long? IDataTransferObject.Length => null;

    bool IDataTransferObject.IsReusable => true;

    ValueTask IDataTransferObject.WriteToAsync<TWriter>(TWriter writer, CancellationToken token) =>
        throw new InvalidOperationException("A snapshot is shipped by its files.");
}
