using System.Buffers;

namespace Orleans.Replication.States;

/// <summary>
/// The language of <see cref="StatesTable"/>: <c>version | kind | body</c>. The body of <see cref="StateCommandKind.Apply"/> is the operation as
/// Orleans serializes an object, that of <see cref="StateCommandKind.Write"/> the record to keep (<see cref="StateFormat"/>), that of
/// <see cref="StateCommandKind.Clear"/> nothing.
/// </summary>
internal static class StateCommand
{
    public const byte Version = 1;

    /// <summary>The whole command that deletes a state.</summary>
    public static ReadOnlyMemory<byte> Clear { get; } = new byte[] { Version, (byte)StateCommandKind.Clear };

    /// <summary>Begins a command; its body follows.</summary>
    public static void Begin(IBufferWriter<byte> destination, StateCommandKind kind)
    {
        var header = destination.GetSpan(2);
        header[0] = Version;
        header[1] = (byte)kind;
        destination.Advance(2);
    }

    /// <summary>Takes a command apart.</summary>
    /// <exception cref="UnreadableStateException">It is of another format version.</exception>
    public static (StateCommandKind Kind, ReadOnlyMemory<byte> Body) Parse(ReadOnlyMemory<byte> command) =>
        command.Length >= 2 && command.Span[0] == Version
            ? ((StateCommandKind)command.Span[1], command[2..])
            : throw new UnreadableStateException(
                $"A command is of format version {(command.IsEmpty ? 0 : command.Span[0])}; this silo reads version {Version}. Update this silo.");
}
