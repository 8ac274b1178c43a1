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

    /// <summary>The records whose key starts with <paramref name="prefix"/> and is not below <paramref name="start"/>, in the order of their keys.</summary>
    /// <param name="prefix">The common beginning of the keys.</param>
    /// <param name="start">Where to begin; it starts with <paramref name="prefix"/> itself, or all of them are returned.</param>
    IEnumerable<KeyValuePair<ReadOnlyMemory<byte>, StateRecord>> Scan(ReadOnlyMemory<byte> prefix, ReadOnlyMemory<byte> start);
}
