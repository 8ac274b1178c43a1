using System.Buffers.Binary;

namespace Orleans.Replication.Journals.Records;

/// <summary>
/// The record of a journal as a whole. Its version changes with every append and is the condition of the next one; a journal without events has no
/// header.
/// </summary>
/// <param name="Incarnation">The index of the command that began the journal. It tells a journal from one that was cleared and begun anew.</param>
/// <param name="Count">How many events there are.</param>
/// <param name="Clearing">True when some events were removed already, and the rest are to be.</param>
internal readonly record struct JournalHeader(long Incarnation, long Count, bool Clearing)
{
    private const byte Open = 1;
    private const byte BeingCleared = 2;
    private const int Bytes = 2 + sizeof(long) + sizeof(long);

    /// <summary>Makes the record.</summary>
    public byte[] Encode()
    {
        var record = new byte[Bytes];
        record[0] = JournalFormat.Version;
        record[1] = Clearing ? BeingCleared : Open;
        BinaryPrimitives.WriteInt64BigEndian(record.AsSpan(2), Incarnation);
        BinaryPrimitives.WriteInt64BigEndian(record.AsSpan(2 + sizeof(long)), Count);
        return record;
    }

    /// <summary>Reads a stored record.</summary>
    /// <exception cref="InvalidDataException">The record was written by other software.</exception>
    public static JournalHeader Decode(ReadOnlySpan<byte> record)
    {
        JournalFormat.Check(record);
        return record.Length == Bytes && record[1] is Open or BeingCleared
            ? new(BinaryPrimitives.ReadInt64BigEndian(record[2..]), BinaryPrimitives.ReadInt64BigEndian(record[(2 + sizeof(long))..]), record[1] == BeingCleared)
            : throw new InvalidDataException("The header of a journal cannot be read: it was written by other software.");
    }
}
