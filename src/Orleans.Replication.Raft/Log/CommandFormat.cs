using System.Buffers.Binary;
using System.Text;

namespace Orleans.Replication.Raft.Log;

/// <summary>
/// A command as it stands in the log. The member that proposes it encodes it once; the leader copies the bytes.
/// <code>
/// kind u8, session u64, sequence u64, floor varint, table (varint length + UTF-8), key (varint length + bytes),
/// expected version varint (0: no condition, else version + 1), payload (varint length + bytes)
/// </code>
/// </summary>
internal readonly struct CommandFormat
{
    public const int MaxKeyBytes = 64 << 10;
    private const int MaxVarintBytes = 10;
    private const int FixedBytes = 1 + 8 + 8;

    public required CommandKind Kind { get; init; }

    /// <summary>The session; 0 when it is being opened.</summary>
    public required ulong Session { get; init; }

    /// <summary>The command's number in its session, from 1; a nonce when the session is being opened.</summary>
    public required ulong Sequence { get; init; }

    /// <summary>Every number of the session below this one is finished: its result may be forgotten (SAFETY 7).</summary>
    public required ulong Floor { get; init; }

    public ReadOnlyMemory<byte> Table { get; init; }

    public ReadOnlyMemory<byte> Key { get; init; }

    public long? ExpectedVersion { get; init; }

    public ReadOnlyMemory<byte> Payload { get; init; }

    /// <summary>Encodes an order to open a session.</summary>
    public static byte[] EncodeOpenSession(ulong nonce) =>
        Encode(CommandKind.OpenSession, session: 0, nonce, floor: 0, new Command(string.Empty, default, default));

    /// <summary>Encodes a command of a session.</summary>
    public static byte[] EncodeApply(ulong session, ulong sequence, ulong floor, in Command command) =>
        Encode(CommandKind.Apply, session, sequence, floor, command);

    /// <exception cref="LogFormatException">The bytes are no command.</exception>
    public static CommandFormat Decode(ReadOnlyMemory<byte> source)
    {
        var cursor = new SpanCursor(source);
        var kind = (CommandKind)cursor.ReadByte();
        if (kind is not (CommandKind.Apply or CommandKind.OpenSession))
            throw new LogFormatException($"The kind of command {(byte)kind} is unknown to this version.");
        var session = cursor.ReadUInt64();
        var sequence = cursor.ReadUInt64();
        var floor = cursor.ReadVarint();
        var table = cursor.ReadBytes();
        var key = cursor.ReadBytes();
        var expected = cursor.ReadVarint();
        var payload = cursor.ReadBytes();
        if (!cursor.AtEnd)
            throw new LogFormatException("A command is followed by bytes that do not belong to it.");
        if (key.Length > MaxKeyBytes || expected > 1UL + long.MaxValue)
            throw new LogFormatException("A command's key or expected version is out of range.");
        return new CommandFormat
        {
            Kind = kind,
            Session = session,
            Sequence = sequence,
            Floor = floor,
            Table = table,
            Key = key,
            ExpectedVersion = expected == 0 ? null : (long)(expected - 1),
            Payload = payload,
        };
    }

    private static byte[] Encode(CommandKind kind, ulong session, ulong sequence, ulong floor, in Command command)
    {
        var tableLength = Encoding.UTF8.GetByteCount(command.Table);
        var buffer = new byte[FixedBytes + (5 * MaxVarintBytes) + tableLength + command.Key.Length + command.Payload.Length];
        buffer[0] = (byte)kind;
        BinaryPrimitives.WriteUInt64LittleEndian(buffer.AsSpan(1), session);
        BinaryPrimitives.WriteUInt64LittleEndian(buffer.AsSpan(9), sequence);
        var position = FixedBytes;
        position += Varint.Write(buffer.AsSpan(position), floor);
        position += Varint.Write(buffer.AsSpan(position), (ulong)tableLength);
        position += Encoding.UTF8.GetBytes(command.Table, buffer.AsSpan(position));
        position += Varint.Write(buffer.AsSpan(position), (ulong)command.Key.Length);
        command.Key.Span.CopyTo(buffer.AsSpan(position));
        position += command.Key.Length;
        position += Varint.Write(buffer.AsSpan(position), command.ExpectedVersion is { } version ? (ulong)version + 1 : 0);
        position += Varint.Write(buffer.AsSpan(position), (ulong)command.Payload.Length);
        command.Payload.Span.CopyTo(buffer.AsSpan(position));
        position += command.Payload.Length;
        Array.Resize(ref buffer, position);
        return buffer;
    }
}
