using System.Buffers.Binary;
using System.Text;

namespace Orleans.Replication.Journaling.Records;

/// <summary>
/// The record of a journal as a whole. Its version changes with every change of the content and is the condition of the next one. Its size does not
/// depend on how long the journal is.
/// </summary>
/// <param name="First">The place of the first segment. Places go on when the journal is replaced.</param>
/// <param name="End">The place behind the last segment.</param>
/// <param name="BaseBytes">How long the snapshot is that the journal was last replaced by; 0 when it never was.</param>
/// <param name="AppendedBytes">How many bytes were appended since.</param>
/// <param name="Format">The key of the format that the last segment was written in; empty for a journal that was made without any.</param>
internal sealed record JournalHeader(long First, long End, long BaseBytes, long AppendedBytes, string Format)
{
    private const int FormatAt = 1 + (4 * sizeof(long));

    /// <summary>A journal without segments.</summary>
    public static JournalHeader Empty { get; } = new(0, 0, 0, 0, string.Empty);

    /// <summary>Makes the record.</summary>
    public byte[] Encode()
    {
        var record = new byte[FormatAt + Encoding.UTF8.GetByteCount(Format)];
        record[0] = JournalFormat.Version;
        var numbers = record.AsSpan(1);
        foreach (var number in (ReadOnlySpan<long>)[First, End, BaseBytes, AppendedBytes])
        {
            BinaryPrimitives.WriteInt64BigEndian(numbers, number);
            numbers = numbers[sizeof(long)..];
        }

        Encoding.UTF8.GetBytes(Format, numbers);
        return record;
    }

    /// <summary>Reads a stored record.</summary>
    /// <exception cref="InvalidDataException">The record was written by other software.</exception>
    public static JournalHeader Decode(ReadOnlySpan<byte> record)
    {
        JournalFormat.Check(record);
        if (record.Length < FormatAt)
            throw new InvalidDataException("The header of a journal cannot be read: it was written by other software.");
        return new(Number(record, 0), Number(record, 1), Number(record, 2), Number(record, 3), Encoding.UTF8.GetString(record[FormatAt..]));
    }

    private static long Number(ReadOnlySpan<byte> record, int index) => BinaryPrimitives.ReadInt64BigEndian(record[(1 + (index * sizeof(long)))..]);
}
