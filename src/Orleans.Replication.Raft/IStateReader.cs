namespace Orleans.Replication.Raft;

/// <summary>Reads the records of one table. Keys are ordered bytewise.</summary>
public interface IStateReader
{
    /// <summary>Finds a record.</summary>
    /// <param name="key">The record's key.</param>
    /// <param name="record">The record; the default when there is none.</param>
    /// <returns>True when the record exists.</returns>
    bool TryGet(ReadOnlySpan<byte> key, out StateRecord record);

    /// <summary>All records whose key starts with <paramref name="prefix"/>, in the order of their keys.</summary>
    /// <param name="prefix">The common beginning of the keys; empty for the whole table.</param>
    IEnumerable<KeyValuePair<ReadOnlyMemory<byte>, StateRecord>> Scan(ReadOnlyMemory<byte> prefix);

    /// <summary>
    /// All records whose key is at least <paramref name="first"/> and less than <paramref name="end"/>, in the order of their keys. Nothing outside
    /// the range is read.
    /// </summary>
    /// <param name="first">The least key of the range.</param>
    /// <param name="end">The least key behind the range; null for the rest of the table.</param>
    IEnumerable<KeyValuePair<ReadOnlyMemory<byte>, StateRecord>> ScanRange(ReadOnlyMemory<byte> first, ReadOnlyMemory<byte>? end);
}
