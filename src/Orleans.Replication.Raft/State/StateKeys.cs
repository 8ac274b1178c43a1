using System.Buffers.Binary;
using System.Text;

namespace Orleans.Replication.Raft.State;

/// <summary>
/// How the state's keys are laid out, in one ordered space: <c>0x00</c> the applied position; <c>0x00 0x01</c> the group's members; <c>0x00 0x02</c> the hash of what was
/// changed; <c>0x00 0x03 index</c> the hash at an earlier index; <c>0x01 session</c> a session;
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

    /// <summary>The hash of what was changed, up to the position.</summary>
    public static ReadOnlySpan<byte> Digest => [PositionMark, 0x02];

    /// <summary>What the keys of the hashes at earlier indexes begin with.</summary>
    public static ReadOnlySpan<byte> Marks => [PositionMark, 0x03];

    public static ReadOnlySpan<byte> Sessions => [SessionMark];

    public static ReadOnlySpan<byte> Results => [ResultMark];

    /// <summary>The hash at an earlier index.</summary>
    public static byte[] Mark(long index)
    {
        var key = new byte[2 + sizeof(long)];
        Marks.CopyTo(key);
        BinaryPrimitives.WriteInt64BigEndian(key.AsSpan(2), index);
        return key;
    }

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

    /// <summary>The table of a record's key; null for a key that is no record's.</summary>
    public static string? TableOf(ReadOnlySpan<byte> key) =>
        key.Length >= 2 && key[0] == RecordMark && key.Length >= 2 + key[1] ? Encoding.UTF8.GetString(key.Slice(2, key[1])) : null;

    /// <summary>True for the key of a session.</summary>
    public static bool IsSession(ReadOnlySpan<byte> key) => key.Length == SessionBytes && key[0] == SessionMark;

    /// <summary>True for the key of a result.</summary>
    public static bool IsResult(ReadOnlySpan<byte> key) => key.Length == ResultBytes && key[0] == ResultMark;

    /// <summary>True for what the state says of its group, and not of the group's content: its position, and what else begins so.</summary>
    public static bool IsOfGroup(ReadOnlySpan<byte> key) => key.Length > 0 && key[0] == PositionMark;

    /// <summary>True for what the state says of its group beside its position: who its members are, and the hashes of what it has changed.</summary>
    public static bool IsFormerGroup(ReadOnlySpan<byte> key) => IsOfGroup(key) && key.Length > 1;

    public static ulong SessionOf(ReadOnlySpan<byte> key) => BinaryPrimitives.ReadUInt64BigEndian(key[1..]);

    public static ulong SequenceOf(ReadOnlySpan<byte> key) => BinaryPrimitives.ReadUInt64BigEndian(key[SessionBytes..]);
}
