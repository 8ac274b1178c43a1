using System.Buffers;

namespace Orleans.Replication.States;

/// <summary>
/// The bytes of a state in a table: <c>version | the state as Orleans serializes it</c>.
/// </summary>
internal static class StateFormat
{
    public const byte Version = 1;

    /// <summary>Begins a record; the serialized state follows.</summary>
    public static void Begin(IBufferWriter<byte> destination)
    {
        destination.GetSpan(1)[0] = Version;
        destination.Advance(1);
    }

    /// <summary>The serialized state in a record.</summary>
    /// <exception cref="UnreadableStateException">The record is of another format version.</exception>
    public static ReadOnlySequence<byte> Body(in ReadOnlySequence<byte> record)
    {
        var version = record.IsEmpty ? 0 : record.FirstSpan[0];
        return version == Version
            ? record.Slice(1)
            : throw new UnreadableStateException($"A replicated state is of format version {version}; this silo reads version {Version}. Run the software that wrote it.");
    }
}
