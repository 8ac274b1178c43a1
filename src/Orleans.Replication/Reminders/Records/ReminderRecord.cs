using System.Buffers.Binary;

namespace Orleans.Replication.Reminders.Records;

/// <summary>
/// The bytes of a reminder's record, and of the commands that make it: one byte for the version of the format, one for the kind, then the first due
/// time and the period, in ticks. Whose reminder it is, and its name, are in the key.
/// </summary>
internal static class ReminderRecord
{
    /// <summary>The version of the format that this software writes.</summary>
    public const byte Format = 1;

    /// <summary>Format and kind.</summary>
    public const int HeaderBytes = 2;

    /// <summary>A record has exactly so many bytes.</summary>
    public const int Bytes = HeaderBytes + sizeof(long) + sizeof(long);

    /// <summary>The command that removes a reminder.</summary>
    public static readonly ReadOnlyMemory<byte> Removal = new[] { Format, (byte)ReminderRecordKind.Removal };

    /// <summary>The command that removes all reminders below its key.</summary>
    public static readonly ReadOnlyMemory<byte> Clearing = new[] { Format, (byte)ReminderRecordKind.Clearing };

    /// <summary>Makes a record. A time of unspecified kind is taken as UTC, as the runtime does.</summary>
    public static byte[] Encode(DateTime startAt, TimeSpan period)
    {
        var record = new byte[Bytes];
        record[0] = Format;
        record[1] = (byte)ReminderRecordKind.Reminder;
        var start = startAt.Kind == DateTimeKind.Local ? startAt.ToUniversalTime() : startAt;
        BinaryPrimitives.WriteInt64BigEndian(record.AsSpan(HeaderBytes), start.Ticks);
        BinaryPrimitives.WriteInt64BigEndian(record.AsSpan(HeaderBytes + sizeof(long)), period.Ticks);
        return record;
    }

    /// <summary>True when the bytes are a record with times that exist.</summary>
    public static bool IsValid(ReadOnlySpan<byte> record) =>
        record.Length == Bytes
        && BinaryPrimitives.ReadInt64BigEndian(record[HeaderBytes..]) is >= 0 and var start
        && start <= DateTime.MaxValue.Ticks;

    /// <summary>Reads a stored record.</summary>
    /// <exception cref="InvalidDataException">The record was written by other software.</exception>
    public static (DateTime StartAt, TimeSpan Period) Decode(ReadOnlySpan<byte> record)
    {
        if (record.Length < HeaderBytes || record[0] != Format || record[1] != (byte)ReminderRecordKind.Reminder || !IsValid(record))
        {
            throw new InvalidDataException(
                $"A reminder's record has format {(record.IsEmpty ? "none" : record[0])} and {record.Length} bytes; this version of the software reads format {Format}.");
        }

        return (
            new DateTime(BinaryPrimitives.ReadInt64BigEndian(record[HeaderBytes..]), DateTimeKind.Utc),
            new TimeSpan(BinaryPrimitives.ReadInt64BigEndian(record[(HeaderBytes + sizeof(long))..])));
    }
}
