using Orleans.Replication.Groups;
using Orleans.Replication.Raft;

namespace Orleans.Replication.Access;

/// <summary>Some records of a table as a silo had them at one moment, here in memory.</summary>
/// <param name="ranges">What was asked for.</param>
/// <param name="rows">What there was, in the order of the keys.</param>
internal sealed class FetchedRecords(IReadOnlyList<RecordRange> ranges, IReadOnlyList<KeyValuePair<ReadOnlyMemory<byte>, StateRecord>> rows) : IStateSnapshot
{
    /// <summary>Puts rows in the order of their keys, each once.</summary>
    public static FetchedRecords Of(IReadOnlyList<RecordRange> ranges, List<KeyValuePair<ReadOnlyMemory<byte>, StateRecord>> rows)
    {
        rows.Sort(static (x, y) => x.Key.Span.SequenceCompareTo(y.Key.Span));
        var distinct = rows.Where((row, i) => i == 0 || !row.Key.Span.SequenceEqual(rows[i - 1].Key.Span));
        return new(ranges, [.. distinct]);
    }

    /// <inheritdoc/>
    public bool TryGet(ReadOnlySpan<byte> key, out StateRecord record)
    {
        Require(RecordRange.Key(key.ToArray()));
        var at = IndexOf(key);
        var isThere = at < rows.Count && rows[at].Key.Span.SequenceEqual(key);
        record = isThere ? rows[at].Value : default;
        return isThere;
    }

    /// <inheritdoc/>
    public IEnumerable<KeyValuePair<ReadOnlyMemory<byte>, StateRecord>> Scan(ReadOnlyMemory<byte> prefix)
    {
        var range = RecordRange.Prefix(prefix);
        return ScanRange(range.First, range.End);
    }

    /// <inheritdoc/>
    public IEnumerable<KeyValuePair<ReadOnlyMemory<byte>, StateRecord>> ScanRange(ReadOnlyMemory<byte> first, ReadOnlyMemory<byte>? end)
    {
        Require(new(first, end));
        return Enumerate();

        IEnumerable<KeyValuePair<ReadOnlyMemory<byte>, StateRecord>> Enumerate()
        {
            for (var i = IndexOf(first.Span); i < rows.Count && (end is not { } bound || rows[i].Key.Span.SequenceCompareTo(bound.Span) < 0); i++)
                yield return rows[i];
        }
    }

    /// <summary>There is nothing to give back.</summary>
    public void Dispose()
    {
    }

    /// <returns>The place of the first row whose key is not less.</returns>
    private int IndexOf(ReadOnlySpan<byte> key)
    {
        var (low, high) = (0, rows.Count);
        while (low < high)
        {
            var middle = low + ((high - low) / 2);
            if (rows[middle].Key.Span.SequenceCompareTo(key) < 0)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }

    private void Require(in RecordRange wanted)
    {
        foreach (var range in ranges)
        {
            if (range.Contains(wanted))
                return;
        }

        throw new InvalidOperationException(
            $"The keys from {Convert.ToHexString(wanted.First.Span)} to {(wanted.End is { } end ? Convert.ToHexString(end.Span) : "the end")} are read, which were not asked for.");
    }
}
