namespace Orleans.Replication.Journals.Records;

/// <summary>A stored event.</summary>
/// <param name="Batch">The batch whose first event this is; null for the others. It tells a writer whose answer was lost that the batch is its own.</param>
/// <param name="Bytes">The event as the provider's serializer wrote it.</param>
internal readonly record struct JournalEvent(Guid? Batch, ReadOnlyMemory<byte> Bytes)
{
    private const byte First = 1;
    private const byte Following = 2;
    private const int HeaderBytes = 2;
    private const int BatchBytes = 16;

    /// <summary>Makes the record.</summary>
    public static byte[] Encode(Guid? batch, ReadOnlySpan<byte> bytes) => batch is { } id
        ? [JournalFormat.Version, First, .. id.ToByteArray(), .. bytes]
        : [JournalFormat.Version, Following, .. bytes];

    /// <summary>Reads a stored record.</summary>
    /// <exception cref="InvalidDataException">The record was written by other software.</exception>
    public static JournalEvent Decode(ReadOnlyMemory<byte> record)
    {
        JournalFormat.Check(record.Span);
        return record.Span[1..] switch
        {
            [First, ..] when record.Length >= HeaderBytes + BatchBytes =>
                new(new Guid(record.Span.Slice(HeaderBytes, BatchBytes)), record[(HeaderBytes + BatchBytes)..]),
            [Following, ..] => new(null, record[HeaderBytes..]),
            _ => throw new InvalidDataException("An event of a journal cannot be read: it was written by other software."),
        };
    }
}
