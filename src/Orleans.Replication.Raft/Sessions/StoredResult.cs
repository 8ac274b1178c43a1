using System.Buffers.Binary;

namespace Orleans.Replication.Raft.Sessions;

/// <summary>A result as the state keeps it for a retry: <c>status u8, version i64, payload</c>.</summary>
internal static class StoredResult
{
    public const int HeaderBytes = 1 + sizeof(long);

    public static byte[] Encode(in CommandResult result)
    {
        var encoded = new byte[HeaderBytes + result.Payload.Length];
        encoded[0] = (byte)result.Status;
        BinaryPrimitives.WriteInt64LittleEndian(encoded.AsSpan(1), result.Version);
        result.Payload.Span.CopyTo(encoded.AsSpan(HeaderBytes));
        return encoded;
    }

    public static CommandResult Decode(ReadOnlyMemory<byte> encoded) => new(
        (CommandStatus)encoded.Span[0],
        BinaryPrimitives.ReadInt64LittleEndian(encoded.Span[1..]),
        encoded[HeaderBytes..]);
}
