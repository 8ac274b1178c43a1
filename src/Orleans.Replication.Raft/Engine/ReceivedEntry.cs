using DotNext.IO;
using DotNext.Net.Cluster.Consensus.Raft;

namespace Orleans.Replication.Raft.Engine;

/// <summary>A log entry as it came from the leader, or is about to enter the leader's log.</summary>
internal readonly struct ReceivedEntry(long term, ReadOnlyMemory<byte> payload) : IRaftLogEntry
{
    public long Term => term;

    bool DotNext.IO.Log.ILogEntry.IsSnapshot => false;

    long? IDataTransferObject.Length => payload.Length;

    bool IDataTransferObject.IsReusable => true;

    bool IDataTransferObject.TryGetMemory(out ReadOnlyMemory<byte> memory)
    {
        memory = payload;
        return true;
    }

    ValueTask IDataTransferObject.WriteToAsync<TWriter>(TWriter writer, CancellationToken token) => writer.Invoke(payload, token);
}
