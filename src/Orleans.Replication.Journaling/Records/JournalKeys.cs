using System.Buffers.Binary;
using System.Text;

namespace Orleans.Replication.Journaling.Records;

/// <summary>
/// The keys of the journals of a provider: a kind of record, the length and name of the provider in UTF-8, then the id of the journal. Headers lie
/// together, so that journals are listed without touching what is in them; so do the segments of one journal, in their order.
/// </summary>
internal static class JournalKeys
{
    private const byte HeaderMark = 1;
    private const byte PropertiesMark = 2;
    private const byte SegmentMark = 3;

    /// <summary>Mark and length of the provider's name.</summary>
    private const int FixedBytes = 1 + sizeof(ushort);

    private const int IdLengthBytes = sizeof(ushort);
    private const int PlaceBytes = sizeof(long);

    /// <summary>The largest header's key whose journal's segments still have keys that a group takes (64 KiB).</summary>
    private const int MaxHeaderBytes = (64 << 10) - IdLengthBytes - PlaceBytes;

    /// <summary>The common beginning of the keys of all headers of a provider.</summary>
    public static byte[] Headers(string provider)
    {
        var name = Encoding.UTF8.GetBytes(provider);
        if (name.Length > ushort.MaxValue)
            throw new ArgumentException($"The provider's name has {name.Length} bytes; {ushort.MaxValue} are allowed.", nameof(provider));
        byte[] key = [HeaderMark, 0, 0, .. name];
        BinaryPrimitives.WriteUInt16BigEndian(key.AsSpan(1), (ushort)name.Length);
        return key;
    }

    /// <summary>The key of a journal's header, which is also that of every command.</summary>
    /// <exception cref="ArgumentException">The names are too long.</exception>
    public static byte[] Header(string provider, string journal)
    {
        byte[] key = [.. Headers(provider), .. Encoding.UTF8.GetBytes(journal)];
        return key.Length <= MaxHeaderBytes ? key : throw new ArgumentException($"The journal's id has {journal.Length} characters, which are too many.", nameof(journal));
    }

    /// <summary>True when the key can be that of a header.</summary>
    public static bool IsHeader(ReadOnlySpan<byte> key) =>
        key.Length is >= FixedBytes and <= MaxHeaderBytes && key[0] == HeaderMark && key.Length >= FixedBytes + NameLength(key);

    /// <summary>The id of the journal of a header.</summary>
    public static string Journal(ReadOnlySpan<byte> header) => Encoding.UTF8.GetString(header[(FixedBytes + NameLength(header))..]);

    /// <summary>The key of the journal's properties.</summary>
    public static byte[] Properties(ReadOnlySpan<byte> header) => [PropertiesMark, .. header[1..]];

    /// <summary>The key of a segment; also the end of the keys before it.</summary>
    /// <param name="header">The key of the journal's header.</param>
    /// <param name="place">How many segments the journal had before it, since it was made.</param>
    public static byte[] Segment(ReadOnlySpan<byte> header, long place)
    {
        // The id is not the last part here, so that it has to say where it ends.
        var id = FixedBytes + NameLength(header);
        var key = new byte[header.Length + IdLengthBytes + PlaceBytes];
        header[..id].CopyTo(key);
        key[0] = SegmentMark;
        BinaryPrimitives.WriteUInt16BigEndian(key.AsSpan(id), (ushort)(header.Length - id));
        header[id..].CopyTo(key.AsSpan(id + IdLengthBytes));
        BinaryPrimitives.WriteInt64BigEndian(key.AsSpan(key.Length - PlaceBytes), place);
        return key;
    }

    private static int NameLength(ReadOnlySpan<byte> key) => BinaryPrimitives.ReadUInt16BigEndian(key[1..]);
}
