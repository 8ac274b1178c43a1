using Orleans.Replication.Raft.Wire;

namespace Orleans.Replication.Raft.Snapshots;

/// <summary>
/// The end of one connection over which a leader sends a snapshot (SAFETY 11). What has come stays in the store when the connection ends, and the
/// next connection that brings a snapshot takes it over.
/// </summary>
/// <param name="store">Where it goes.</param>
/// <param name="from">The peer that sends it, for the metrics.</param>
internal sealed class SnapshotReceiver(SnapshotStore store, string from = "") : IDisposable
{
    private const int MaxFiles = 100_000;

    /// <summary>What is wanted next.</summary>
    /// <exception cref="ProtocolViolationException">The announcement is not acceptable.</exception>
    public ValueTask<SnapshotPosition> BeginAsync(SnapshotBegin begin, CancellationToken cancellationToken)
    {
        if (begin.Index <= 0 || begin.Files.Count is 0 or > MaxFiles)
            throw new ProtocolViolationException($"A snapshot of index {begin.Index} with {begin.Files.Count} files was announced.");
        foreach (var file in begin.Files)
        {
            if (file.Length < 0 || file.Name.Length is 0 or > 128 || !file.Name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_') || file.Name[0] == '.')
                throw new ProtocolViolationException($"A snapshot's file is announced as '{file.Name}' with {file.Length} bytes.");
        }

        if (begin.Files.DistinctBy(file => file.Name).Count() != begin.Files.Count)
            throw new ProtocolViolationException("A snapshot was announced with a file twice.");
        var parts = begin.Files.Select(file => new SnapshotPart(file.Name, file.Length, file.Checksum));
        if (begin.Checksum != 0 && begin.Checksum != SnapshotChecksums.OfWhole(begin.Index, begin.SnapshotTerm, parts))
            throw new ProtocolViolationException("A snapshot's announcement was damaged on its way.");
        return store.BeginArrivalAsync(this, begin, cancellationToken);
    }

    /// <summary>Takes a part; one that is damaged or not the wanted one is dropped.</summary>
    /// <returns>What is wanted next.</returns>
    /// <exception cref="ProtocolViolationException">Nothing was announced, or another connection has taken over.</exception>
    public ValueTask<SnapshotPosition> WriteAsync(SnapshotChunk chunk, CancellationToken cancellationToken)
    {
        store.Metrics?.SnapshotReceived(from, chunk.Content.Length);
        return store.WriteArrivingAsync(this, chunk, cancellationToken);
    }

    /// <summary>Checks that everything is there, and gives it its name.</summary>
    /// <exception cref="ProtocolViolationException">Something is missing, or another connection has taken over.</exception>
    public ValueTask<CheckpointSnapshot> EndAsync(CancellationToken cancellationToken) => store.EndArrivalAsync(this, cancellationToken);

    public void Dispose() => store.LeaveArrival(this);
}
