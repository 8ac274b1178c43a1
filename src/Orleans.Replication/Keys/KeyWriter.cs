using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Orleans.Replication.Keys;

/// <summary>
/// Makes the key of a record out of parts. A part that another may follow is preceded by its length, so that no two lists of parts share a key,
/// whatever they are made of. Numbers are big endian, so that keys sort by them.
/// </summary>
internal sealed class KeyWriter
{
    /// <summary>The largest key that a group takes (<see cref="Raft.Command.Key"/>).</summary>
    public const int MaxBytes = 64 << 10;

    private const int TypicalBytes = 128;

    private readonly ArrayBufferWriter<byte> _bytes = new(TypicalBytes);

    /// <summary>Appends a part and its length.</summary>
    /// <exception cref="ArgumentException">The part is larger than a key may be.</exception>
    public KeyWriter Part(ReadOnlySpan<byte> part)
    {
        if (part.Length > ushort.MaxValue)
            throw TooLong(part.Length);
        BinaryPrimitives.WriteUInt16BigEndian(_bytes.GetSpan(sizeof(ushort)), (ushort)part.Length);
        _bytes.Advance(sizeof(ushort));
        return Last(part);
    }

    /// <inheritdoc cref="Part(ReadOnlySpan{byte})"/>
    public KeyWriter Part(string part) => Part(Encoding.UTF8.GetBytes(part));

    /// <summary>Appends the last part. It needs no length.</summary>
    public KeyWriter Last(ReadOnlySpan<byte> part)
    {
        _bytes.Write(part);
        return this;
    }

    /// <inheritdoc cref="Last(ReadOnlySpan{byte})"/>
    public KeyWriter Last(string part) => Last(Encoding.UTF8.GetBytes(part));

    /// <summary>Appends one byte that says what follows.</summary>
    public KeyWriter Mark(byte mark) => Last([mark]);

    /// <summary>Appends a number of four bytes.</summary>
    public KeyWriter Number(uint number)
    {
        BinaryPrimitives.WriteUInt32BigEndian(_bytes.GetSpan(sizeof(uint)), number);
        _bytes.Advance(sizeof(uint));
        return this;
    }

    /// <summary>Appends a number of eight bytes, which must not be negative: negative ones would sort behind.</summary>
    public KeyWriter Number(long number)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(number);
        BinaryPrimitives.WriteInt64BigEndian(_bytes.GetSpan(sizeof(long)), number);
        _bytes.Advance(sizeof(long));
        return this;
    }

    /// <summary>The key.</summary>
    /// <exception cref="ArgumentException">The parts are too long together.</exception>
    public byte[] ToKey() => _bytes.WrittenCount <= MaxBytes ? _bytes.WrittenSpan.ToArray() : throw TooLong(_bytes.WrittenCount);

    private static ArgumentException TooLong(int bytes) =>
        new($"The names take {bytes} bytes or more of a record's key, which has room for {MaxBytes}. Use a shorter name or grain key.");
}
