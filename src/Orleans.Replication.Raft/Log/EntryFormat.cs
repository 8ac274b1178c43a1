using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Orleans.Replication.Raft.Log;

/// <summary>
/// A log entry: the commands that waited when the leader began a round, under one timestamp.
/// <code>version u8, group (varint length + UTF-8), leader's time in ticks i64, then commands (varint length + bytes) to the end</code>
/// </summary>
internal static class EntryFormat
{
    public const byte Version = 1;

    /// <summary>How many bytes an entry has besides its commands, at most.</summary>
    public const int HeaderBytes = 1 + 10 + 64 + 8;

    /// <summary>Begins an entry.</summary>
    public static void WriteHeader(ArrayBufferWriter<byte> entry, string group, DateTimeOffset leaderTime)
    {
        var span = entry.GetSpan(HeaderBytes + (group.Length * 3));
        span[0] = Version;
        var position = 1;
        position += Varint.Write(span[position..], (ulong)Encoding.UTF8.GetByteCount(group));
        position += Encoding.UTF8.GetBytes(group, span[position..]);
        BinaryPrimitives.WriteInt64LittleEndian(span[position..], leaderTime.UtcTicks);
        entry.Advance(position + sizeof(long));
    }

    /// <summary>Adds an encoded command to an entry.</summary>
    public static void WriteCommand(ArrayBufferWriter<byte> entry, ReadOnlySpan<byte> command)
    {
        var span = entry.GetSpan(10 + command.Length);
        var position = Varint.Write(span, (ulong)command.Length);
        command.CopyTo(span[position..]);
        entry.Advance(position + command.Length);
    }

    /// <summary>Reads what precedes the commands.</summary>
    /// <exception cref="LogFormatException">The entry is of another version or group, or damaged.</exception>
    public static DateTimeOffset ReadHeader(ref SpanCursor entry, ReadOnlySpan<byte> expectedGroup)
    {
        var version = entry.ReadByte();
        if (version != Version)
            throw new LogFormatException($"A log entry is of format version {version}; this software knows version {Version}.");
        var group = entry.ReadBytes();
        if (!group.Span.SequenceEqual(expectedGroup))
            throw new LogFormatException($"A log entry belongs to group '{Encoding.UTF8.GetString(group.Span)}' (SAFETY 13).");
        var ticks = entry.ReadInt64();
        if (ticks < DateTime.MinValue.Ticks || ticks > DateTime.MaxValue.Ticks)
            throw new LogFormatException($"A log entry's time, {ticks} ticks, is out of range.");
        return new DateTimeOffset(ticks, TimeSpan.Zero);
    }
}
