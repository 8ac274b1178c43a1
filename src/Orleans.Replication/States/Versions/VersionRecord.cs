using System.Buffers.Binary;
using Orleans.Replication.Raft;

namespace Orleans.Replication.States.Versions;

/// <summary>
/// The version of the operations that is in force, as a record beside the states: <c>format version | the version, 32 bits big-endian</c>. Without the record it is 1.
/// </summary>
internal static class VersionRecord
{
    /// <summary>The version of a group in which none was raised.</summary>
    public const int First = 1;

    private const byte FormatVersion = 1;
    private const int Bytes = 1 + sizeof(int);

    /// <summary>No state has such a key: those begin with the version of <see cref="StateKey"/>, which is not 0.</summary>
    public static ReadOnlySpan<byte> Key => [0, (byte)'v'];

    public static byte[] Encode(int version)
    {
        var record = new byte[Bytes];
        record[0] = FormatVersion;
        BinaryPrimitives.WriteInt32BigEndian(record.AsSpan(1), version);
        return record;
    }

    /// <exception cref="UnreadableStateException">It is of another format.</exception>
    public static int Decode(ReadOnlySpan<byte> record) => record is [FormatVersion, _, _, _, _]
        ? BinaryPrimitives.ReadInt32BigEndian(record[1..])
        : throw new UnreadableStateException("The version of the operations is recorded in a format that this silo does not know. Update this silo.");

    /// <summary>The version in a table of states.</summary>
    /// <exception cref="UnreadableStateException">It is of another format.</exception>
    public static int Read(IStateReader states) => states.TryGet(Key, out var record) ? Decode(record.Value.Span) : First;
}
