using System.Buffers.Binary;

namespace Orleans.Replication.Raft.Log;

/// <summary>Reads a command's fields one after another. Any bytes give a value or a <see cref="LogFormatException"/>.</summary>
internal ref struct SpanCursor(ReadOnlyMemory<byte> source)
{
    private ReadOnlyMemory<byte> _rest = source;

    public readonly bool AtEnd => _rest.IsEmpty;

    /// <summary>Everything that was not read yet.</summary>
    public readonly ReadOnlyMemory<byte> Rest => _rest;

    public byte ReadByte() => Take(1).Span[0];

    public long ReadInt64() => BinaryPrimitives.ReadInt64LittleEndian(Take(sizeof(long)).Span);

    public ulong ReadUInt64() => BinaryPrimitives.ReadUInt64LittleEndian(Take(sizeof(ulong)).Span);

    public ulong ReadVarint()
    {
        var value = 0UL;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var b = ReadByte();
            if (shift == 63 && b > 1)
                break;
            value |= (ulong)(b & 0x7f) << shift;
            if (b < 0x80)
                return value;
        }

        throw new LogFormatException("A number is longer than 64 bits.");
    }

    public ReadOnlyMemory<byte> ReadBytes()
    {
        var length = ReadVarint();
        return length <= (ulong)_rest.Length
            ? Take((int)length)
            : throw new LogFormatException($"A field of {length} bytes was announced; {_rest.Length} are left.");
    }

    /// <summary>The next bytes.</summary>
    public ReadOnlyMemory<byte> Take(int count)
    {
        if (count > _rest.Length)
            throw new LogFormatException($"{count} bytes were expected; {_rest.Length} are left.");
        var taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }
}
