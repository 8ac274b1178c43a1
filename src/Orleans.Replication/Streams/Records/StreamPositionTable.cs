using System.Buffers.Binary;
using Orleans.Replication.Keys;
using Orleans.Replication.Raft;

namespace Orleans.Replication.Streams.Records;

/// <summary>
/// How far the queues of stream providers are: <c>provider | queues | queue</c> to <c>format version | version, 8 bytes big endian</c>. A position only grows: of two agents that have the same queue for a
/// moment, the one behind takes nothing back.
/// </summary>
internal sealed class StreamPositionTable : IReplicatedTable
{
    /// <summary>The table's name. Another format of keys would need another name.</summary>
    public const string TableName = "stream-positions";

    private const byte FormatVersion = 1;

    /// <inheritdoc/>
    public string Name => TableName;

    /// <summary>What the keys of a provider's queues begin with.</summary>
    public static byte[] Provider(string provider) => new KeyWriter().Part(provider).ToKey();

    /// <summary>The key of one of so many queues of a provider.</summary>
    public static byte[] Queue(string provider, int queues, uint queue) => new KeyWriter().Part(provider).Number((uint)queues).Number(queue).ToKey();

    public static byte[] Encode(long version)
    {
        var payload = new byte[1 + sizeof(long)];
        payload[0] = FormatVersion;
        BinaryPrimitives.WriteInt64BigEndian(payload.AsSpan(1), version);
        return payload;
    }

    public static long Decode(ReadOnlySpan<byte> record) => BinaryPrimitives.ReadInt64BigEndian(record[1..]);

    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">The command is of a later format: this replica has to stop rather than differ from the others (SAFETY 14, S15).</exception>
    public CommandOutcome Apply(in CommandContext context, IStateTransaction state)
    {
        var payload = context.Payload.Span;
        if (payload.IsEmpty)
            return CommandOutcome.Rejected();
        if (payload[0] != FormatVersion)
            throw new NotSupportedException($"A stream position has format {payload[0]}; this version of the software knows {FormatVersion}.");
        if (payload.Length != 1 + sizeof(long) || Decode(payload) < 0)
            return CommandOutcome.Rejected();
        if (!state.TryGet(context.Key, out var current) || Decode(current.Value.Span) < Decode(payload))
            state.Put(context.Key, payload);
        return CommandOutcome.Ok();
    }

    /// <summary>Nothing is cached.</summary>
    public void Reset()
    {
    }
}
