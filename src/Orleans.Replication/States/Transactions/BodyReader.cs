using System.Buffers.Binary;

namespace Orleans.Replication.States.Transactions;

/// <summary>Reads what <see cref="BodyWriter"/> has written. Any bytes give values or an <see cref="UnreadableStateException"/>.</summary>
internal ref struct BodyReader(ReadOnlyMemory<byte> source)
{
    private ReadOnlyMemory<byte> _rest = source;

    public byte ReadByte() => Take(1).Span[0];

    public long ReadInt64() => BinaryPrimitives.ReadInt64LittleEndian(Take(sizeof(long)).Span);

    /// <summary>How many parts follow; each has a byte at least, so memory for them is bounded by what there is.</summary>
    public int ReadCount()
    {
        var count = BinaryPrimitives.ReadInt32LittleEndian(Take(sizeof(int)).Span);
        return count >= 0 && count <= _rest.Length ? count : throw Malformed();
    }

    public ReadOnlyMemory<byte> ReadBytes() => Take(BinaryPrimitives.ReadInt32LittleEndian(Take(sizeof(int)).Span));

    /// <summary>Nothing may be left.</summary>
    public readonly void End()
    {
        if (!_rest.IsEmpty)
            throw Malformed();
    }

    private ReadOnlyMemory<byte> Take(int count)
    {
        if (count < 0 || count > _rest.Length)
            throw Malformed();
        var taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }

    private static UnreadableStateException Malformed() => new("A transaction is malformed: its lengths and its bytes do not agree.");
}
