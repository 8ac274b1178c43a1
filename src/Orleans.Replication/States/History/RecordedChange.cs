using System.Buffers.Binary;

namespace Orleans.Replication.States.History;

/// <summary>
/// One change as the table keeps it: <c>format | kind | previous version | UTC ticks | the state's record</c>, which a deletion does not have. Its version is that
/// of the record it is in.
/// </summary>
/// <param name="Kind">What happened; never <see cref="StateChangeKind.Compacted"/>.</param>
/// <param name="PreviousVersion">The version that the state had before; 0 when it did not exist.</param>
/// <param name="Timestamp">The leader's clock.</param>
/// <param name="State">The state's record afterwards (<see cref="StateFormat"/>).</param>
internal readonly record struct RecordedChange(StateChangeKind Kind, long PreviousVersion, DateTimeOffset Timestamp, ReadOnlyMemory<byte> State)
{
    private const byte Format = 1;
    private const int HeaderBytes = 2 + (2 * sizeof(long));

    public static byte[] Encode(StateChangeKind kind, long previousVersion, DateTimeOffset timestamp, ReadOnlySpan<byte> state)
    {
        var encoded = new byte[HeaderBytes + state.Length];
        encoded[0] = Format;
        encoded[1] = (byte)kind;
        BinaryPrimitives.WriteInt64BigEndian(encoded.AsSpan(2), previousVersion);
        BinaryPrimitives.WriteInt64BigEndian(encoded.AsSpan(2 + sizeof(long)), timestamp.UtcTicks);
        state.CopyTo(encoded.AsSpan(HeaderBytes));
        return encoded;
    }

    /// <exception cref="UnreadableStateException">It is of another format.</exception>
    public static RecordedChange Decode(ReadOnlyMemory<byte> encoded)
    {
        var bytes = encoded.Span;
        if (bytes.Length < HeaderBytes || bytes[0] != Format)
        {
            throw new UnreadableStateException(
                $"A change in a state's history is of format version {(bytes.IsEmpty ? 0 : bytes[0])}; this silo reads version {Format}. Update this silo.");
        }

        return new(
            (StateChangeKind)bytes[1],
            BinaryPrimitives.ReadInt64BigEndian(bytes[2..]),
            new DateTimeOffset(BinaryPrimitives.ReadInt64BigEndian(bytes[(2 + sizeof(long))..]), TimeSpan.Zero),
            encoded[HeaderBytes..]);
    }
}
