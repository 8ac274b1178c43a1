using System.Buffers.Binary;
using Orleans.Replication.Raft.Log;
using Orleans.Replication.Raft.Membership;

namespace Orleans.Replication.Raft.State;

/// <summary>
/// The group's members as a part of the state, written with the position that it belongs to (SAFETY 5): so every snapshot carries them, and a restart finds them when the
/// log's entry is gone. <code>log index i64, then the configuration as it stands in the log</code>
/// </summary>
internal static class AppliedConfiguration
{
    public static byte[] Encode(long index, ReadOnlySpan<byte> entry)
    {
        var value = new byte[sizeof(long) + entry.Length];
        BinaryPrimitives.WriteInt64LittleEndian(value, index);
        entry.CopyTo(value.AsSpan(sizeof(long)));
        return value;
    }

    /// <summary>The entry of a configuration alone; 0 where the state contains none.</summary>
    public static long IndexOf(StoredValue? value) => value is null ? 0 : BinaryPrimitives.ReadInt64LittleEndian(value.Whole().Span);

    /// <exception cref="RaftStorageException">The value is damaged or of another version.</exception>
    public static LoggedConfiguration? Decode(StoredValue? value, ConfigurationFormat format)
    {
        if (value is null)
            return null;
        try
        {
            var whole = value.Whole();
            return new LoggedConfiguration(BinaryPrimitives.ReadInt64LittleEndian(whole.Span), format.Decode(whole[sizeof(long)..]));
        }
        catch (Exception e) when (e is LogFormatException or ArgumentOutOfRangeException)
        {
            throw new RaftStorageException($"The state's configuration of the group cannot be read: {e.Message}", e);
        }
    }
}
