using Orleans.Replication.Raft.Tests.Cluster;

namespace Orleans.Replication.Raft.Tests.Divergence;

/// <summary>A table that is not deterministic: while it has a whim, it writes what nobody else writes, and answers as if it had not.</summary>
internal sealed class WhimsicalTable(Func<byte?> whim) : IReplicatedTable
{
    private readonly KeyValueTable _table = new();

    public string Name => _table.Name;

    public CommandOutcome Apply(in CommandContext context, IStateTransaction state)
    {
        var outcome = _table.Apply(context, state);
        if (whim() is { } value)
            state.Put(context.Key, [value]);
        return outcome;
    }

    public void Reset() => _table.Reset();
}
