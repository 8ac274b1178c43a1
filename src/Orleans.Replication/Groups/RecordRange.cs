namespace Orleans.Replication.Groups;

/// <summary>Records of a table that are going to be read: those from one key on, and before another.</summary>
/// <param name="First">The least key.</param>
/// <param name="End">The least key behind them; null for the rest of the table.</param>
/// <param name="MaxRecords">How many of them are wanted at most, the first ones; 0 for all.</param>
internal readonly record struct RecordRange(ReadOnlyMemory<byte> First, ReadOnlyMemory<byte>? End, int MaxRecords = 0)
{
    /// <summary>One record.</summary>
    public static RecordRange Key(ReadOnlyMemory<byte> key) => new(key, (byte[])[.. key.Span, 0]);

    /// <summary>All records whose keys begin so.</summary>
    public static RecordRange Prefix(ReadOnlyMemory<byte> prefix) => new(prefix, EndOf(prefix.Span));

    /// <summary>True when everything of another range is in this one.</summary>
    public bool Contains(in RecordRange other) => First.Span.SequenceCompareTo(other.First.Span) <= 0
        && (End is not { } end || (other.End is { } otherEnd && otherEnd.Span.SequenceCompareTo(end.Span) <= 0));

    // The least key that is greater than all that begin so: nothing is when all bytes are the greatest.
    private static ReadOnlyMemory<byte>? EndOf(ReadOnlySpan<byte> prefix)
    {
        var last = prefix.LastIndexOfAnyExcept(byte.MaxValue);
        if (last < 0)
            return null;
        var end = prefix[..(last + 1)].ToArray();
        end[last]++;
        return end;
    }
}
