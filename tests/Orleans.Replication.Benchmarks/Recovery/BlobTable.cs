using Orleans.Replication.Raft;

namespace Orleans.Replication.Benchmarks.Recovery;

/// <summary>Keys and bytes.</summary>
internal sealed class BlobTable : IReplicatedTable
{
    public const string TableName = "blobs";

    public string Name => TableName;

    public CommandOutcome Apply(in CommandContext context, IStateTransaction state)
    {
        state.Put(context.Key, context.Payload.Span);
        return CommandOutcome.Ok();
    }

    public void Reset()
    {
    }
}
