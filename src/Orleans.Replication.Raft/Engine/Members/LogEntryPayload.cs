using DotNext.IO;
using DotNext.Net.Cluster.Consensus.Raft;
using Google.Protobuf;

namespace Orleans.Replication.Raft.Engine.Members;

/// <summary>A log entry's bytes for a message: the log's own memory where they are in one piece, valid while the log is read.</summary>
internal static class LogEntryPayload
{
    public static async ValueTask<ByteString> ReadAsync<TEntry>(TEntry entry, CancellationToken cancellationToken) where TEntry : IRaftLogEntry =>
        UnsafeByteOperations.UnsafeWrap(entry.TryGetMemory(out var memory)
            ? memory
            : await entry.ToByteArrayAsync(token: cancellationToken).ConfigureAwait(false));
}
