using System.Buffers;

namespace Orleans.Replication.Raft;

/// <summary>
/// The records of one table while a command runs. Reads see the command's own writes. All of them are kept, atomically with the applied index
/// (SAFETY 5), or none.
/// </summary>
public interface IStateTransaction : IStateReader
{
    /// <summary>Writes a record. Its version becomes the command's index.</summary>
    void Put(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value);

    /// <summary>
    /// Writes a record whose value is like another one, such as the one before: what they have in common at the same places is kept once. For large records that
    /// change little and often.
    /// </summary>
    /// <param name="key">The record's key.</param>
    /// <param name="value">The record's value.</param>
    /// <param name="similar">A value that is like it and never changes: what this method has returned, or <see cref="StateRecord.Pieces"/>.</param>
    /// <returns>The value as it is kept. It never changes.</returns>
    ReadOnlySequence<byte> Put(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, in ReadOnlySequence<byte> similar)
    {
        Put(key, value);
        return new(value.ToArray());
    }

    /// <summary>Deletes a record; nothing happens when there is none.</summary>
    void Delete(ReadOnlySpan<byte> key);
}
