using System.IO.Hashing;
using Google.Protobuf;
using Orleans.Replication.Raft.Wire;

namespace Orleans.Replication.Raft.Snapshots;

/// <summary>
/// Ships a snapshot's files part by part. Every part has a time-out, not the whole (SAFETY S7); the receiver says which part it wants next, so that
/// a cut, a damaged part and files that it has already cost no more than what is missing.
/// </summary>
/// <param name="snapshot">What to send; leased by the caller.</param>
/// <param name="term">The leader's term.</param>
/// <param name="bytesPerSecond">How fast at most; 0 for no limit.</param>
/// <param name="call">Sends one request and waits for its answer.</param>
/// <param name="time">The clock.</param>
internal sealed class SnapshotSender(
    CheckpointSnapshot snapshot, long term, long bytesPerSecond, Func<RaftRequest, CancellationToken, Task<RaftResponse>> call, TimeProvider time)
{
    /// <summary>No larger than what a heartbeat can well wait for behind it on a slow link.</summary>
    private const int MaxPartBytes = 256 << 10;

    private const int MinPartBytes = 16 << 10;
    private const int MaxRefusals = 4;
    private const uint Refused = 0;
    private const uint HasAll = 2;

    private long _debtSince;
    private long _debtBytes;

    /// <summary>How many bytes of files were sent so far.</summary>
    public long SentBytes { get; private set; }

    /// <returns>The answer to the last request: a refusal, or that the member has the snapshot.</returns>
    /// <exception cref="IOException">The receiver asks for the same part again and again.</exception>
    /// <exception cref="RaftStorageException">A file is damaged here.</exception>
    public async Task<RaftResponse> SendAsync(CancellationToken cancellationToken)
    {
        var parts = snapshot.Parts;
        var begin = new SnapshotBegin
        {
            Term = term,
            Index = snapshot.Index,
            SnapshotTerm = snapshot.Term,
            Checksum = SnapshotChecksums.OfWhole(snapshot.Index, snapshot.Term, parts),
        };
        begin.Files.AddRange(parts.Select(part => new SnapshotFile { Name = part.Name, Length = part.Length, Checksum = part.Checksum }));
        var answer = await call(new RaftRequest { SnapshotBegin = begin }, cancellationToken).ConfigureAwait(false);
        if (answer.Result is Refused or HasAll)
            return answer;
        answer = await SendPartsAsync(parts, answer.Wanted ?? new SnapshotPosition(), cancellationToken).ConfigureAwait(false);
        return answer.Result == Refused
            ? answer
            : await call(new RaftRequest { SnapshotEnd = new SnapshotEnd { Term = term } }, cancellationToken).ConfigureAwait(false);
    }

    private async Task<RaftResponse> SendPartsAsync(IReadOnlyList<SnapshotPart> parts, SnapshotPosition wanted, CancellationToken cancellationToken)
    {
        var buffer = new byte[bytesPerSecond == 0 ? MaxPartBytes : Math.Clamp(bytesPerSecond / 8, MinPartBytes, MaxPartBytes)];
        var answer = new RaftResponse { Result = 1 };
        var furthest = (File: 0u, Offset: -1L);
        var before = furthest;
        var refusals = 0;
        _debtSince = time.GetTimestamp();
        while (SkipEmpty(parts, wanted) is { } next)
        {
            if ((next.File, next.Offset).CompareTo(furthest) > 0)
                (furthest, refusals) = ((next.File, next.Offset), 0);
            else if ((next.File, next.Offset) == before || next.Offset == 0)
                RequireWhole(parts[(int)next.File], ++refusals);
            before = (next.File, next.Offset);
            var chunk = await ReadAsync(parts, next, buffer, cancellationToken).ConfigureAwait(false);
            answer = await call(new RaftRequest { SnapshotChunk = chunk }, cancellationToken).ConfigureAwait(false);
            if (answer.Result is Refused or HasAll)
                return answer;
            SentBytes += chunk.Content.Length;
            wanted = answer.Wanted ?? new SnapshotPosition { File = next.File, Offset = next.Offset + chunk.Content.Length };
            await KeepPaceAsync(chunk.Content.Length, cancellationToken).ConfigureAwait(false);
        }

        return answer;
    }

    private async ValueTask<SnapshotChunk> ReadAsync(
        IReadOnlyList<SnapshotPart> parts, SnapshotPosition position, byte[] buffer, CancellationToken cancellationToken)
    {
        var part = parts[(int)position.File];
        using var file = File.OpenHandle(Path.Combine(snapshot.Folder, part.Name), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var wanted = (int)Math.Min(buffer.Length, part.Length - position.Offset);
        var count = await RandomAccess.ReadAsync(file, buffer.AsMemory(0, wanted), position.Offset, cancellationToken).ConfigureAwait(false);
        if (count == 0)
            throw RaftStorageException.Damage($"The snapshot in '{snapshot.Folder}' is damaged: '{part.Name}' has less than {part.Length} bytes.");
        return new SnapshotChunk
        {
            Term = term,
            File = position.File,
            Offset = position.Offset,
            Content = UnsafeByteOperations.UnsafeWrap(buffer.AsMemory(0, count)),
            Checksum = XxHash64.HashToUInt64(buffer.AsSpan(0, count)),
        };
    }

    /// <summary>A part or a whole file came back: by chance on its way, or because it is damaged here.</summary>
    private void RequireWhole(SnapshotPart part, int refusals)
    {
        snapshot.Verify(part);
        if (refusals == MaxRefusals)
            throw new IOException($"'{part.Name}' of snapshot {snapshot.Index} was refused {refusals} times, and is as it should be here.");
    }

    /// <returns>Where there are bytes to send; null at the end.</returns>
    private static SnapshotPosition? SkipEmpty(IReadOnlyList<SnapshotPart> parts, SnapshotPosition position)
    {
        var (file, offset) = (position.File, position.Offset);
        while (file < parts.Count && offset >= parts[(int)file].Length)
            (file, offset) = (file + 1, 0);
        return file < parts.Count ? new SnapshotPosition { File = file, Offset = offset } : null;
    }

    /// <summary>Waits for as long as the bytes sent so far should have taken, at least.</summary>
    private async ValueTask KeepPaceAsync(int bytes, CancellationToken cancellationToken)
    {
        if (bytesPerSecond == 0)
            return;
        _debtBytes += bytes;
        var due = TimeSpan.FromSeconds((double)_debtBytes / bytesPerSecond) - time.GetElapsedTime(_debtSince);
        if (due > TimeSpan.Zero)
            await Task.Delay(due, time, cancellationToken).ConfigureAwait(false);

        // Time that was lost waiting for the receiver is not made up for.
        (_debtSince, _debtBytes) = (time.GetTimestamp(), 0);
    }
}
