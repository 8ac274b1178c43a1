using System.Buffers.Binary;
using System.Text;
using Orleans.Replication.Keys;
using Orleans.Runtime;

namespace Orleans.Replication.Storage.Records;

/// <summary>
/// The key of a grain's record: provider name, grain type, grain key and state name. Every part but the last is preceded by its length, so that
/// no two grains share a key whatever characters their names are made of.
/// </summary>
internal static class GrainRecordKey
{
    /// <summary>The largest key that a group takes (<see cref="Raft.Command.Key"/>).</summary>
    public const int MaxBytes = 64 << 10;

    private const int LengthBytes = sizeof(ushort);

    /// <summary>Makes the key.</summary>
    /// <exception cref="ArgumentException">The names are too long.</exception>
    public static byte[] Encode(string providerName, GrainId grainId, string stateName)
    {
        var type = grainId.Type.AsSpan();
        var key = grainId.Key.AsSpan();
        var providerBytes = Encoding.UTF8.GetByteCount(providerName);
        var stateBytes = Encoding.UTF8.GetByteCount(stateName);
        var total = (3L * LengthBytes) + providerBytes + type.Length + key.Length + stateBytes;
        if (total > MaxBytes)
            throw new ArgumentException($"The names of grain {grainId} and its state '{stateName}' take {total} bytes; a record's key takes at most {MaxBytes}.");

        var result = new byte[total];
        var rest = WriteLength(result, providerBytes);
        rest = rest[Encoding.UTF8.GetBytes(providerName, rest)..];
        rest = Write(rest, type);
        rest = Write(rest, key);
        Encoding.UTF8.GetBytes(stateName, rest);
        return result;
    }

    /// <summary>True when the key is one that <see cref="Encode"/> makes.</summary>
    public static bool IsKey(ReadOnlySpan<byte> key)
    {
        var reader = new KeyReader(key);
        return key.Length <= MaxBytes && reader.TryReadPart(out _) && reader.TryReadPart(out var type) && !type.IsEmpty && reader.TryReadPart(out _);
    }

    private static Span<byte> Write(Span<byte> target, ReadOnlySpan<byte> part)
    {
        target = WriteLength(target, part.Length);
        part.CopyTo(target);
        return target[part.Length..];
    }

    private static Span<byte> WriteLength(Span<byte> target, int length)
    {
        BinaryPrimitives.WriteUInt16BigEndian(target, checked((ushort)length));
        return target[LengthBytes..];
    }
}
