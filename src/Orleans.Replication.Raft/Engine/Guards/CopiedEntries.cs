using DotNext.IO;
using DotNext.IO.Log;
using DotNext.Net.Cluster.Consensus.Raft;

namespace Orleans.Replication.Raft.Engine.Guards;

/// <summary>Entries that were copied out of the log, at most as many as belong into one message: who sends them holds no lock of the log (SAFETY S6, S7).</summary>
/// <param name="Entries">The entries; a snapshot stands alone.</param>
/// <param name="SnapshotIndex">The index of the snapshot, if it is one.</param>
internal sealed record CopiedEntries(IReadOnlyList<CopiedEntries.Entry> Entries, long? SnapshotIndex)
{
    /// <summary>An entry's bytes, its own.</summary>
    internal sealed class Entry(IRaftLogEntry original, byte[] payload) : IRaftLogEntry
    {
        public long Term { get; } = original.Term;

        public bool IsSnapshot { get; } = original.IsSnapshot;

        public bool IsConfiguration { get; } = original.IsConfiguration;

        public int? CommandId { get; } = original.CommandId;

        long? IDataTransferObject.Length => payload.Length;

        bool IDataTransferObject.IsReusable => true;

        bool IDataTransferObject.TryGetMemory(out ReadOnlyMemory<byte> memory)
        {
            memory = payload;
            return !IsSnapshot;
        }

        ValueTask IDataTransferObject.WriteToAsync<TWriter>(TWriter writer, CancellationToken token) => writer.Invoke(payload, token);
    }

    /// <summary>Copies up to a number of bytes, and one entry at least.</summary>
    internal sealed class Copier(int maxBytes, int maxEntries) : ILogEntryConsumer<IRaftLogEntry, CopiedEntries>
    {
        bool ILogEntryConsumer<IRaftLogEntry, CopiedEntries>.LogEntryMetadataOnly => false;

        async ValueTask<CopiedEntries> ILogEntryConsumer<IRaftLogEntry, CopiedEntries>.ReadAsync<TEntry, TList>(
            TList entries, long? snapshotIndex, CancellationToken token)
        {
            if (snapshotIndex is not null)
                return new CopiedEntries([new Entry(entries[0], [])], snapshotIndex);
            var copies = new List<Entry>();
            var bytes = 0;
            for (var i = 0; i < entries.Count && copies.Count < maxEntries; i++)
            {
                var entry = entries[i];
                var payload = entry.TryGetMemory(out var memory) ? memory.ToArray() : await entry.ToByteArrayAsync(token: token).ConfigureAwait(false);
                if (copies.Count > 0 && bytes + payload.Length > maxBytes)
                    break;
                bytes += payload.Length;
                copies.Add(new Entry(entry, payload));
            }

            return new CopiedEntries(copies, null);
        }
    }
}
