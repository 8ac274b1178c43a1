using System.Buffers.Binary;

namespace Orleans.Replication.States.History;

/// <summary>
/// Where the history lies in the table of the states, whose own keys begin with 1 (<see cref="StateKey"/>): <c>0xF0 | length of the state's key | the
/// state's key | version</c> is one change, <c>0xF1</c> tells up to which version changes were dropped. Numbers are big-endian, so that a state's changes lie
/// together, in order.
/// </summary>
internal static class HistoryKeys
{
    private const byte ChangeMark = 0xF0;
    private const byte DroppedMark = 0xF1;
    private const int LengthBytes = sizeof(int);

    /// <summary>What the keys of all changes begin with.</summary>
    public static ReadOnlyMemory<byte> AllChanges { get; } = new[] { ChangeMark };

    /// <summary>The record that tells up to which version changes were dropped.</summary>
    public static ReadOnlySpan<byte> Dropped => [DroppedMark];

    /// <summary>What the keys of all changes of one state begin with.</summary>
    public static byte[] ChangesOf(ReadOnlySpan<byte> state)
    {
        var key = new byte[1 + LengthBytes + state.Length];
        WritePrefix(key, state);
        return key;
    }

    /// <summary>One change of a state.</summary>
    public static byte[] Change(ReadOnlySpan<byte> state, long version)
    {
        var key = new byte[1 + LengthBytes + state.Length + sizeof(long)];
        WritePrefix(key, state);
        BinaryPrimitives.WriteInt64BigEndian(key.AsSpan(key.Length - sizeof(long)), version);
        return key;
    }

    private static void WritePrefix(Span<byte> key, ReadOnlySpan<byte> state)
    {
        key[0] = ChangeMark;
        BinaryPrimitives.WriteInt32BigEndian(key[1..], state.Length);
        state.CopyTo(key[(1 + LengthBytes)..]);
    }
}
