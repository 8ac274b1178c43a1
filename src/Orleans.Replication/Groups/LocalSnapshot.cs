using Orleans.Replication.Errors;
using Orleans.Replication.Raft;

namespace Orleans.Replication.Groups;

/// <summary>A snapshot of this silo's replica, whose errors are <see cref="ReplicationException"/>s as well: the disk may fail while it is read.</summary>
internal sealed class LocalSnapshot(IStateSnapshot snapshot, RaftGroup group) : IStateSnapshot
{
    /// <inheritdoc/>
    public bool TryGet(ReadOnlySpan<byte> key, out StateRecord record)
    {
        try
        {
            return snapshot.TryGet(key, out record);
        }
        catch (RaftException error)
        {
            throw RaftErrors.Translate(error);
        }
    }

    /// <inheritdoc/>
    public IEnumerable<KeyValuePair<ReadOnlyMemory<byte>, StateRecord>> Scan(ReadOnlyMemory<byte> prefix) => Translate(snapshot.Scan(prefix));

    /// <inheritdoc/>
    public IEnumerable<KeyValuePair<ReadOnlyMemory<byte>, StateRecord>> ScanRange(ReadOnlyMemory<byte> first, ReadOnlyMemory<byte>? end) => Translate(snapshot.ScanRange(first, end));

    /// <inheritdoc/>
    public void Dispose() => snapshot.Dispose();

    private IEnumerable<T> Translate<T>(IEnumerable<T> rows)
    {
        using var row = rows.GetEnumerator();
        while (true)
        {
            try
            {
                if (!row.MoveNext())
                    yield break;
            }
            catch (Exception error) when (RaftErrors.OfRead(error, group) is { } translated)
            {
                throw translated;
            }

            yield return row.Current;
        }
    }
}
