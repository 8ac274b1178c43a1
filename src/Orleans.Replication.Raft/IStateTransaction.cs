namespace Orleans.Replication.Raft;

/// <summary>
/// The records of one table while a command runs. Reads see the command's own writes. All of them are kept, atomically with the applied index
/// (SAFETY 5), or none.
/// </summary>
public interface IStateTransaction : IStateReader
{
    /// <summary>Writes a record. Its version becomes the command's index.</summary>
    void Put(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value);

    /// <summary>Deletes a record; nothing happens when there is none.</summary>
    void Delete(ReadOnlySpan<byte> key);
}
