using System.Buffers.Binary;

namespace Orleans.Replication.Raft.State;

/// <summary>
/// A hash of what the log entries from one to another have really changed in the state (SAFETY 14): of replicas that have hashed from the same entry to the same entry, those whose
/// hashes differ are apart.
/// </summary>
/// <param name="Since">The first entry that is in the hash, if it changed anything.</param>
/// <param name="Index">The last one.</param>
/// <param name="Hash">The hash; 0 when no entry has changed anything.</param>
internal readonly record struct StateDigest(long Since, long Index, UInt128 Hash)
{
    public const byte FormatVersion = 1;
    public const int HashBytes = 16;
    public const int EncodedBytes = 1 + (2 * sizeof(long)) + HashBytes;

    /// <summary><code>version u8, since i64, index i64, hash u128</code></summary>
    public byte[] Encode()
    {
        var bytes = new byte[EncodedBytes];
        bytes[0] = FormatVersion;
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(1), Since);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(9), Index);
        BinaryPrimitives.WriteUInt128LittleEndian(bytes.AsSpan(17), Hash);
        return bytes;
    }

    /// <returns>Null for what is of another version, or of none: there is nothing to compare with, as before there were hashes.</returns>
    public static StateDigest? Decode(ReadOnlySpan<byte> bytes) => bytes.Length == EncodedBytes && bytes[0] == FormatVersion
        ? new StateDigest(
            BinaryPrimitives.ReadInt64LittleEndian(bytes[1..]), BinaryPrimitives.ReadInt64LittleEndian(bytes[9..]), BinaryPrimitives.ReadUInt128LittleEndian(bytes[17..]))
        : null;
}
