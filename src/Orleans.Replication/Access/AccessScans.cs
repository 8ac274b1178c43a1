using Google.Protobuf;
using Orleans.Replication.Access.Wire;
using Orleans.Replication.Groups;
using Orleans.Replication.Raft;

namespace Orleans.Replication.Access;

/// <summary>
/// Reads ranges of a table's records from this silo's replica, linearizably and of one moment, for those who hold none. It never holds more than one response of them.
/// </summary>
internal sealed class AccessScans(TimeProvider time)
{
    /// <summary>What a row takes beside its key and its value, at most.</summary>
    private const int RowOverheadBytes = 32;

    /// <summary>How long one may take as a whole: the replica keeps what it was at its beginning until it ends.</summary>
    private static readonly TimeSpan MaxDuration = TimeSpan.FromMinutes(1);

    /// <summary>Reads.</summary>
    /// <param name="group">The group, on this silo.</param>
    /// <param name="request">What to read.</param>
    /// <param name="send">Sends a response; false when the caller was told something else, and nothing more is to be sent.</param>
    /// <param name="cancellationToken">The caller has gone.</param>
    /// <returns>The last response; null when there is no more to say.</returns>
    public async ValueTask<AccessResponse?> RunAsync(RaftGroup group, ScanRequest request, Func<AccessResponse, ValueTask<bool>> send, CancellationToken cancellationToken)
    {
        try
        {
            if (request.Ranges.Count > AccessProtocol.MaxRanges)
                throw new ArgumentException($"Up to {AccessProtocol.MaxRanges} ranges are read at once; {request.Ranges.Count} were asked for.");
            ForeignTables.Find(group, request.Table);
            await group.ReadBarrierAsync(cancellationToken).ConfigureAwait(false);
            using var snapshot = group.OpenSnapshot(request.Table);
            return await SendAsync(request.Ranges.SelectMany(range => Read(snapshot, range)), send).ConfigureAwait(false);
        }
        catch (Exception error) when (error is not (IOException or OperationCanceledException) && !cancellationToken.IsCancellationRequested)
        {
            return AccessFailures.Describe(error, mayBeDone: false);
        }
    }

    private static IEnumerable<Row> Read(IStateSnapshot snapshot, KeyRange range)
    {
        var rows = snapshot.ScanRange(range.First.Memory, range.HasEnd ? range.End.Memory : default(ReadOnlyMemory<byte>?));
        if (range.MaxRecords is > 0 and <= int.MaxValue)
            rows = rows.Take((int)range.MaxRecords);
        return rows.Select(row => new Row { Key = UnsafeByteOperations.UnsafeWrap(row.Key), Version = row.Value.Version, Value = UnsafeByteOperations.UnsafeWrap(row.Value.Value) });
    }

    private async ValueTask<AccessResponse?> SendAsync(IEnumerable<Row> rows, Func<AccessResponse, ValueTask<bool>> send)
    {
        var begun = time.GetTimestamp();
        var reply = new ScanReply();
        var bytes = 0;
        foreach (var row in rows)
        {
            var rowBytes = row.Key.Length + row.Value.Length + RowOverheadBytes;
            if (rowBytes > AccessProtocol.MaxResponseBytes - AccessProtocol.RequestOverheadBytes)
                throw new ArgumentException($"A record of {row.Value.Length} bytes is to be read; through another silo, at most about {AccessProtocol.MaxResponseBytes} can be.");
            if (bytes > 0 && bytes + rowBytes > AccessProtocol.ScanResponseBytes)
            {
                if (time.GetElapsedTime(begun) > MaxDuration)
                    throw new ReplicationUnavailableException($"What was to be read took longer than {MaxDuration} on its way.");
                if (!await send(new AccessResponse { Scan = reply }).ConfigureAwait(false))
                    return null;
                (reply, bytes) = (new ScanReply(), 0);
            }

            reply.Rows.Add(row);
            bytes += rowBytes;
        }

        reply.Last = true;
        return new AccessResponse { Scan = reply };
    }
}
