using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;
using Orleans.Replication.Transactions.Records.Wire;

namespace Orleans.Replication.Transactions.Records;

/// <summary>The bytes of transactional records and commands. Each begins with the version of the format.</summary>
internal static class TransactionFormat
{
    /// <summary>The version of the format that this software writes.</summary>
    public const byte Version = 1;

    /// <summary>Makes the bytes of a command, a header or a prepared state.</summary>
    public static byte[] Encode(IMessage message)
    {
        var bytes = new byte[1 + message.CalculateSize()];
        bytes[0] = Version;
        message.WriteTo(bytes.AsSpan(1));
        return bytes;
    }

    /// <summary>Makes the bytes of a committed state.</summary>
    public static byte[] EncodeCommitted(ReadOnlySpan<byte> state) => [Version, .. state];

    /// <summary>Reads a command.</summary>
    /// <returns>False when the bytes are no command of this format.</returns>
    public static bool TryDecodeChange(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out StateChange? change)
    {
        try
        {
            change = StateChange.Parser.ParseFrom(bytes[1..]);
            return change.CommitUpTo >= 0 && change.AbortAfter >= 0 && change.Prepare.All(prepared => prepared.Sequence > 0);
        }
        catch (InvalidProtocolBufferException)
        {
            change = null;
            return false;
        }
    }

    /// <summary>Reads a stored header.</summary>
    /// <exception cref="InvalidDataException">It was written by other software.</exception>
    public static StateHeader DecodeHeader(ReadOnlySpan<byte> bytes) => StateHeader.Parser.ParseFrom(Body(bytes));

    /// <summary>Reads a stored prepared state.</summary>
    /// <exception cref="InvalidDataException">It was written by other software.</exception>
    public static PreparedState DecodePrepared(ReadOnlySpan<byte> bytes) => PreparedState.Parser.ParseFrom(Body(bytes));

    /// <summary>Finds the state in a stored committed state.</summary>
    /// <exception cref="InvalidDataException">It was written by other software.</exception>
    public static ReadOnlyMemory<byte> DecodeCommitted(ReadOnlyMemory<byte> bytes)
    {
        _ = Body(bytes.Span);
        return bytes[1..];
    }

    private static ReadOnlySpan<byte> Body(ReadOnlySpan<byte> bytes) => bytes.Length > 0 && bytes[0] == Version
        ? bytes[1..]
        : throw new InvalidDataException($"A transactional record has format {(bytes.Length == 0 ? "none" : bytes[0])}; this version of the software reads {Version}.");
}
