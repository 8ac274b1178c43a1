using System.Buffers.Binary;
using System.Text;

namespace Orleans.Replication.Raft.State;

/// <summary>
/// How the state's keys are laid out, in one ordered space: <c>0x00</c> the applied position; <c>0x00 0x01</c> the group's members; <c>0x01 session</c> a session;
/// <c>0x02 session sequence</c> a result; <c>0x10 length table key</c> a record. Numbers in keys are big endian, so that they sort.
/// </summary>
internal static class StateKeys
{
    public const int SessionBytes = 1 + sizeof(ulong);
    public const int ResultBytes = SessionBytes + sizeof(ulong);

    private const byte PositionMark = 0x00;
    private const byte SessionMark = 0x01;
    private const byte ResultMark = 0x02;
    private const byte RecordMark = 0x10;

    public static ReadOnlySpan<byte> Position => [PositionMark];

    /// <summary>The last configuration that was applied, behind its log index.</summary>
    public static ReadOnlySpan<byte> Configuration => [PositionMark, 0x01];

    public static ReadOnlySpan<byte> Sessions => [SessionMark];

    public static ReadOnlySpan<byte> Results => [ResultMark];

    public static byte[] Session(ulong session)
    {
        var key = new byte[SessionBytes];
        key[0] = SessionMark;
        BinaryPrimitives.WriteUInt64BigEndian(key.AsSpan(1), session);
        return key;
    }

    public static byte[] Result(ulong session, ulong sequence)
    {
        var key = new byte[ResultBytes];
        key[0] = ResultMark;
        BinaryPrimitives.WriteUInt64BigEndian(key.AsSpan(1), session);
        BinaryPrimitives.WriteUInt64BigEndian(key.AsSpan(SessionBytes), sequence);
        return key;
    }

    /// <summary>What all keys of a table begin with.</summary>
    public static byte[] Table(string table)
    {
        var name = Encoding.UTF8.GetBytes(table);
        return [RecordMark, checked((byte)name.Length), .. name];
    }

    /// <summary>The least key behind all keys of a table. The prefix ends in UTF-8, which has no byte 0xFF.</summary>
    public static byte[] EndOfTable(ReadOnlySpan<byte> tablePrefix)
    {
        var end = tablePrefix.ToArray();
        end[^1]++;
        return end;
    }

    public static ulong SessionOf(ReadOnlySpan<byte> key) => BinaryPrimitives.ReadUInt64BigEndian(key[1..]);

    public static ulong SequenceOf(ReadOnlySpan<byte> key) => BinaryPrimitives.ReadUInt64BigEndian(key[SessionBytes..]);
}
