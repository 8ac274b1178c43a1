namespace Orleans.Replication.Storage.Records;

/// <summary>
/// The bytes of a grain's record, and of the commands that make it: one byte for the version of the format, one for the kind, then the state as
/// the provider's serializer wrote it. A command that writes a record carries the record itself.
/// </summary>
internal static class GrainRecord
{
    /// <summary>The version of the format that this software writes.</summary>
    public const byte Format = 1;

    /// <summary>The state begins behind format and kind.</summary>
    public const int HeaderBytes = 2;

    /// <summary>Clears a record without a trace. Only a command; never stored.</summary>
    public static readonly ReadOnlyMemory<byte> Delete = new[] { Format, (byte)GrainRecordKind.Deletion };

    /// <summary>A record whose state was cleared. It keeps its version, so that who has not seen the clearing cannot write over it.</summary>
    public static readonly ReadOnlyMemory<byte> Tombstone = new[] { Format, (byte)GrainRecordKind.Tombstone };

    /// <summary>What a record with a state begins with.</summary>
    public static ReadOnlySpan<byte> StateHeader => [Format, (byte)GrainRecordKind.State];

    /// <summary>Makes a record with a state.</summary>
    public static ReadOnlyMemory<byte> OfState(ReadOnlySpan<byte> state) => (byte[])[.. StateHeader, .. state];

    /// <summary>Finds the state in a stored record.</summary>
    /// <returns>False when the record is a tombstone.</returns>
    /// <exception cref="InvalidDataException">The record was written by other software.</exception>
    public static bool TryGetState(ReadOnlyMemory<byte> record, out ReadOnlyMemory<byte> state)
    {
        var bytes = record.Span;
        if (bytes.Length < HeaderBytes || bytes[0] != Format)
            throw new InvalidDataException($"The record has format {(bytes.Length == 0 ? "none" : bytes[0])}; this version of the software reads format {Format}.");

        state = record[HeaderBytes..];
        return (GrainRecordKind)bytes[1] switch
        {
            GrainRecordKind.State => true,
            GrainRecordKind.Tombstone => false,
            var kind => throw new InvalidDataException($"The record is of the unknown kind {kind}."),
        };
    }
}
