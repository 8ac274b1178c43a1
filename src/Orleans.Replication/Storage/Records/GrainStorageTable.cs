using Orleans.Replication.Groups;
using Orleans.Replication.Raft;

namespace Orleans.Replication.Storage.Records;

/// <summary>
/// The records of all grain storage providers of a group. One table serves every provider, whatever its name (the name is part of the key):
/// replicas must have the same tables, and silos may be configured with different providers while an upgrade rolls through the cluster.
/// </summary>
internal sealed class GrainStorageTable : IReplicatedTable, IForeignCommands
{
    /// <summary>The table's name. Another format of keys would need another name.</summary>
    public const string TableName = "grain-storage";

    /// <inheritdoc/>
    public string Name => TableName;

    /// <summary>Runs a command whose condition, the record's version, was already checked by the group.</summary>
    /// <exception cref="NotSupportedException">
    /// The command is of a later format. This replica cannot know what the others make of it, so it has to stop rather than differ from them
    /// (SAFETY 14, S15).
    /// </exception>
    public CommandOutcome Apply(in CommandContext context, IStateTransaction state)
    {
        var payload = context.Payload.Span;
        if (payload.Length < GrainRecord.HeaderBytes)
            return CommandOutcome.Rejected();
        if (payload[0] != GrainRecord.Format)
            throw new NotSupportedException($"A grain storage command has format {payload[0]}; this version of the software knows {GrainRecord.Format}.");

        switch ((GrainRecordKind)payload[1])
        {
            case GrainRecordKind.State:
            case GrainRecordKind.Tombstone when payload.Length == GrainRecord.HeaderBytes:
                state.Put(context.Key, payload);
                return CommandOutcome.Ok();
            case GrainRecordKind.Deletion when payload.Length == GrainRecord.HeaderBytes:
                state.Delete(context.Key);
                return CommandOutcome.Ok();
            default:
                return CommandOutcome.Rejected();
        }
    }

    /// <inheritdoc/>
    public bool CanRun(ReadOnlySpan<byte> key, ReadOnlyMemory<byte> payload)
    {
        var bytes = payload.Span;
        return bytes.Length >= GrainRecord.HeaderBytes
            && bytes[0] == GrainRecord.Format
            && GrainRecordKey.IsKey(key)
            && (GrainRecordKind)bytes[1] switch
            {
                GrainRecordKind.State => true,
                GrainRecordKind.Tombstone or GrainRecordKind.Deletion => bytes.Length == GrainRecord.HeaderBytes,
                _ => false,
            };
    }

    /// <summary>Nothing is cached.</summary>
    public void Reset()
    {
    }
}
