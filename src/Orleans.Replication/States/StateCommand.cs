using System.Buffers;

namespace Orleans.Replication.States;

/// <summary>
/// The language of <see cref="StatesTable"/>: <c>version | kind | origin | body</c>. The body of <see cref="StateCommandKind.Apply"/> is the operation as
/// Orleans serializes an object, that of <see cref="StateCommandKind.Write"/> the record to keep (<see cref="StateFormat"/>), that of
/// <see cref="StateCommandKind.Clear"/> nothing, that of <see cref="StateCommandKind.Transact"/> a <see cref="Transactions.TransactionBody"/>, that of
/// <see cref="StateCommandKind.RaiseVersion"/> a <see cref="Versions.VersionRaise"/>. Version 1, which is read, has no origin.
/// </summary>
/// <param name="Kind">What it asks for.</param>
/// <param name="Origin">Who proposed it (<see cref="OriginFormat"/>).</param>
/// <param name="Body">The rest.</param>
internal readonly record struct StateCommand(StateCommandKind Kind, ReadOnlyMemory<byte> Origin, ReadOnlyMemory<byte> Body)
{
    /// <summary>The version that is written.</summary>
    public const byte Version = 2;

    private const byte VersionWithoutOrigin = 1;

    /// <summary>Begins a command; its body follows.</summary>
    /// <param name="destination">Where to.</param>
    /// <param name="kind">What it asks for.</param>
    /// <param name="origin">Who proposes it, as <see cref="OriginFormat"/> has it.</param>
    public static void Begin(IBufferWriter<byte> destination, StateCommandKind kind, ReadOnlySpan<byte> origin)
    {
        var header = destination.GetSpan(2);
        header[0] = Version;
        header[1] = (byte)kind;
        destination.Advance(2);
        destination.Write(origin);
    }

    /// <summary>Takes a command apart.</summary>
    /// <exception cref="UnreadableStateException">It is of another format version, or malformed.</exception>
    public static StateCommand Parse(ReadOnlyMemory<byte> command)
    {
        var version = command.IsEmpty ? 0 : command.Span[0];
        if (version is not (Version or VersionWithoutOrigin) || command.Length < 2)
            throw new UnreadableStateException($"A command is of format version {version}; this silo reads versions {VersionWithoutOrigin} and {Version}. Update this silo.");
        var origin = version == VersionWithoutOrigin ? 0 : OriginFormat.LengthAt(command.Span[2..]);
        return new((StateCommandKind)command.Span[1], command.Slice(2, origin), command[(2 + origin)..]);
    }
}
