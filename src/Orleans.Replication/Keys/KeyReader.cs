using System.Buffers.Binary;

namespace Orleans.Replication.Keys;

/// <summary>Takes apart what <see cref="KeyWriter"/> has made. Each method says false, and takes nothing, when the key is too short.</summary>
internal ref struct KeyReader(ReadOnlySpan<byte> key)
{
    /// <summary>What was not read yet.</summary>
    public ReadOnlySpan<byte> Rest { get; private set; } = key;

    /// <summary>Reads a part with its length.</summary>
    public bool TryReadPart(out ReadOnlySpan<byte> part)
    {
        part = default;
        if (!BinaryPrimitives.TryReadUInt16BigEndian(Rest, out var length) || Rest.Length - sizeof(ushort) < length)
            return false;
        part = Rest.Slice(sizeof(ushort), length);
        Rest = Rest[(sizeof(ushort) + length)..];
        return true;
    }

    /// <summary>Reads one byte.</summary>
    public bool TryReadMark(out byte mark)
    {
        mark = Rest.IsEmpty ? (byte)0 : Rest[0];
        if (Rest.IsEmpty)
            return false;
        Rest = Rest[1..];
        return true;
    }

    /// <summary>Reads a number of four bytes.</summary>
    public bool TryReadNumber(out uint number)
    {
        if (!BinaryPrimitives.TryReadUInt32BigEndian(Rest, out number))
            return false;
        Rest = Rest[sizeof(uint)..];
        return true;
    }

    /// <summary>Reads a number of eight bytes.</summary>
    public bool TryReadNumber(out long number)
    {
        if (!BinaryPrimitives.TryReadInt64BigEndian(Rest, out number))
            return false;
        Rest = Rest[sizeof(long)..];
        return true;
    }
}
