using System.IO.Hashing;
using Google.Protobuf;
using Orleans.Replication.Raft.Wire;

namespace Orleans.Replication.Raft.Snapshots;

/// <summary>Ships a snapshot's files piece by piece. Every piece has the time-out of one message, not the whole (SAFETY S7).</summary>
internal static class SnapshotSender
{
    private const int ChunkBytes = 512 << 10;

    /// <param name="snapshot">What to send; leased by the caller.</param>
    /// <param name="term">The leader's term.</param>
    /// <param name="call">Sends one request and waits for its answer.</param>
    /// <param name="cancellationToken">Ends the transfer.</param>
    /// <returns>The answer to the last piece, or the first one that refuses.</returns>
    public static async Task<RaftResponse> SendAsync(
        CheckpointSnapshot snapshot, long term, Func<RaftRequest, CancellationToken, Task<RaftResponse>> call, CancellationToken cancellationToken)
    {
        var files = new DirectoryInfo(snapshot.Folder).GetFiles().Where(IsPart).OrderBy(file => file.Name, StringComparer.Ordinal).ToList();
        var begin = new SnapshotBegin { Term = term, Index = snapshot.Index, SnapshotTerm = snapshot.Term };
        begin.Files.AddRange(files.Select(file => new SnapshotFile { Name = file.Name, Length = file.Length }));
        var answer = await call(new RaftRequest { SnapshotBegin = begin }, cancellationToken).ConfigureAwait(false);
        var buffer = new byte[ChunkBytes];
        for (var number = 0; number < files.Count && answer.Result != 0; number++)
        {
            using var file = files[number].OpenRead();
            for (var offset = 0L; offset < files[number].Length && answer.Result != 0;)
            {
                var count = await file.ReadAtLeastAsync(buffer, 1, throwOnEndOfStream: true, cancellationToken).ConfigureAwait(false);
                var chunk = new SnapshotChunk
                {
                    Term = term,
                    File = (uint)number,
                    Offset = offset,
                    Content = UnsafeByteOperations.UnsafeWrap(buffer.AsMemory(0, count)),
                    Checksum = XxHash64.HashToUInt64(buffer.AsSpan(0, count)),
                };
                answer = await call(new RaftRequest { SnapshotChunk = chunk }, cancellationToken).ConfigureAwait(false);
                offset += count;
            }
        }

        return answer.Result == 0
            ? answer
            : await call(new RaftRequest { SnapshotEnd = new SnapshotEnd { Term = term } }, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>RocksDB's own logs, its lock and our manifest are no part of the state.</summary>
    private static bool IsPart(FileInfo file) =>
        file.Name is not (SnapshotManifest.FileName or "LOCK") && !file.Name.StartsWith("LOG", StringComparison.Ordinal);
}
