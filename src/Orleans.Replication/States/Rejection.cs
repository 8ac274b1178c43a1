using System.Buffers.Binary;
using System.Text;

namespace Orleans.Replication.States;

/// <summary>
/// Why an operation was refused, as the group keeps it for the caller: <c>version | length of the type name, 16 bits | type name | message</c>, in UTF-8.
/// </summary>
internal static class Rejection
{
    /// <summary>It is kept in the session of every replica until the caller has it, so a long message is cut.</summary>
    public const int MaxMessageChars = 1_024;

    private const int MaxTypeChars = 512;
    private const byte Version = 1;
    private const int HeaderBytes = 3;

    public static byte[] Encode(Exception error) => Encode(error.GetType().FullName ?? error.GetType().Name, MessageOf(error));

    public static OperationRejectedException Decode(ReadOnlySpan<byte> rejection)
    {
        if (rejection.Length < HeaderBytes || rejection[0] != Version)
            return new OperationRejectedException("The operation was rejected, in a format that this silo cannot read.");
        var type = Math.Min(BinaryPrimitives.ReadUInt16BigEndian(rejection[1..]), rejection.Length - HeaderBytes);
        var errorType = Encoding.UTF8.GetString(rejection.Slice(HeaderBytes, type));
        return new OperationRejectedException(Encoding.UTF8.GetString(rejection[(HeaderBytes + type)..]), errorType);
    }

    private static string MessageOf(Exception error)
    {
        // The property belongs to whoever wrote the operation: it must not get a second chance to throw.
        try
        {
            return error.Message ?? string.Empty;
        }
        catch (Exception second) when (!ReplicaFailure.Is(second))
        {
            return string.Empty;
        }
    }

    private static byte[] Encode(string errorType, string message)
    {
        var type = errorType.AsSpan(0, Math.Min(errorType.Length, MaxTypeChars));
        var text = message.AsSpan(0, Math.Min(message.Length, MaxMessageChars));
        var typeBytes = Encoding.UTF8.GetByteCount(type);
        var rejection = new byte[HeaderBytes + typeBytes + Encoding.UTF8.GetByteCount(text)];
        rejection[0] = Version;
        BinaryPrimitives.WriteUInt16BigEndian(rejection.AsSpan(1), (ushort)typeBytes);
        Encoding.UTF8.GetBytes(type, rejection.AsSpan(HeaderBytes));
        Encoding.UTF8.GetBytes(text, rejection.AsSpan(HeaderBytes + typeBytes));
        return rejection;
    }
}
