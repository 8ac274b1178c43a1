using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Orleans.Replication.Journaling.Records;

/// <summary>
/// The bytes of commands and records. Each begins with the version of the format, a command goes on with its kind. Append and replace then have the
/// key of the journal's format, after its length in two bytes, and the segment; create and update have <see cref="PropertyChanges"/>.
/// </summary>
internal static class JournalFormat
{
    /// <summary>The version of the format that this software writes.</summary>
    public const byte Version = 1;

    /// <summary>Version and kind.</summary>
    public const int CommandHeaderBytes = 2;

    /// <summary>The command that removes the journal.</summary>
    public static readonly ReadOnlyMemory<byte> Delete = new[] { Version, (byte)JournalCommandKind.Delete };

    /// <summary>Makes a command that writes a segment.</summary>
    public static byte[] Write(JournalCommandKind kind, string format, in ReadOnlySequence<byte> segment)
    {
        var name = Encoding.UTF8.GetBytes(format);
        var start = CommandHeaderBytes + sizeof(ushort) + name.Length;
        var command = new byte[checked(start + (int)segment.Length)];
        (command[0], command[1]) = (Version, (byte)kind);
        BinaryPrimitives.WriteUInt16BigEndian(command.AsSpan(CommandHeaderBytes), checked((ushort)name.Length));
        name.CopyTo(command, CommandHeaderBytes + sizeof(ushort));
        segment.CopyTo(command.AsSpan(start));
        return command;
    }

    /// <summary>Reads a command that writes a segment; false when it is malformed.</summary>
    public static bool TryReadWrite(ReadOnlySpan<byte> command, out string format, out ReadOnlySpan<byte> segment)
    {
        format = string.Empty;
        segment = default;
        var rest = command[CommandHeaderBytes..];
        if (!BinaryPrimitives.TryReadUInt16BigEndian(rest, out var length) || rest.Length < sizeof(ushort) + length)
            return false;
        format = Encoding.UTF8.GetString(rest.Slice(sizeof(ushort), length));
        segment = rest[(sizeof(ushort) + length)..];
        return true;
    }

    /// <summary>Makes a command that changes properties.</summary>
    public static byte[] Change(JournalCommandKind kind, PropertyChanges changes) => [Version, (byte)kind, .. changes.Encode()];

    /// <summary>Makes a stored segment.</summary>
    public static byte[] Segment(ReadOnlySpan<byte> bytes) => [Version, .. bytes];

    /// <summary>What is in a stored segment.</summary>
    /// <exception cref="InvalidDataException">The record was written by other software.</exception>
    public static ReadOnlyMemory<byte> ReadSegment(ReadOnlyMemory<byte> record)
    {
        Check(record.Span);
        return record[1..];
    }

    /// <summary>Checks that a record is of this format.</summary>
    /// <exception cref="InvalidDataException">It was written by other software.</exception>
    public static void Check(ReadOnlySpan<byte> record)
    {
        if (record.IsEmpty || record[0] != Version)
            throw new InvalidDataException($"A journal's record has format {(record.IsEmpty ? "none" : record[0])}; this version of the software reads {Version}.");
    }
}
