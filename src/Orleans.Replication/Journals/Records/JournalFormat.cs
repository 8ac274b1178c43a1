using System.Buffers.Binary;

namespace Orleans.Replication.Journals.Records;

/// <summary>
/// The bytes of a journal's records and commands. Each begins with the version of the format. A command goes on with its kind; an append then has
/// the id of its batch, and each event after its length in four bytes.
/// </summary>
internal static class JournalFormat
{
    /// <summary>The version of the format that this software writes.</summary>
    public const byte Version = 1;

    /// <summary>Version, kind and batch.</summary>
    public const int AppendHeaderBytes = CommandHeaderBytes + BatchBytes;

    /// <summary>What an event takes in a command beside its own bytes.</summary>
    public const int EventHeaderBytes = sizeof(int);

    /// <summary>Version and kind.</summary>
    public const int CommandHeaderBytes = 2;

    private const int BatchBytes = 16;

    /// <summary>The command that removes events.</summary>
    public static readonly ReadOnlyMemory<byte> Clear = new[] { Version, (byte)JournalCommandKind.Clear };

    /// <summary>Makes the command that appends events.</summary>
    public static byte[] Append(Guid batch, IReadOnlyList<ReadOnlyMemory<byte>> events)
    {
        var command = new byte[AppendHeaderBytes + events.Sum(bytes => EventHeaderBytes + bytes.Length)];
        command[0] = Version;
        command[1] = (byte)JournalCommandKind.Append;
        batch.TryWriteBytes(command.AsSpan(CommandHeaderBytes));
        var rest = command.AsSpan(AppendHeaderBytes);
        foreach (var bytes in events)
        {
            BinaryPrimitives.WriteInt32BigEndian(rest, bytes.Length);
            bytes.Span.CopyTo(rest[EventHeaderBytes..]);
            rest = rest[(EventHeaderBytes + bytes.Length)..];
        }

        return command;
    }

    /// <summary>Reads the command that appends events; false when it is malformed, or has none.</summary>
    public static bool TryReadAppend(ReadOnlySpan<byte> command, out Guid batch, out List<Range> events)
    {
        (batch, events) = (default, []);
        if (command.Length < AppendHeaderBytes)
            return false;
        batch = new Guid(command.Slice(CommandHeaderBytes, BatchBytes));
        for (var at = AppendHeaderBytes; at < command.Length;)
        {
            if (!BinaryPrimitives.TryReadInt32BigEndian(command[at..], out var length) || length < 0 || length > command.Length - at - EventHeaderBytes)
                return false;
            at += EventHeaderBytes;
            events.Add(at..(at + length));
            at += length;
        }

        return events.Count > 0;
    }

    /// <summary>Checks that a record is of this format.</summary>
    /// <exception cref="InvalidDataException">It was written by other software.</exception>
    public static void Check(ReadOnlySpan<byte> record)
    {
        if (record.Length < CommandHeaderBytes || record[0] != Version)
            throw new InvalidDataException($"A journal's record has format {(record.IsEmpty ? "none" : record[0])}; this version of the software reads {Version}.");
    }
}
