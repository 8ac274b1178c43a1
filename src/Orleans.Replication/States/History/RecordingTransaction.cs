using Orleans.Replication.Raft;

namespace Orleans.Replication.States.History;

/// <summary>The table of the states while one command changes one state: what the command does to it also goes into the history.</summary>
internal ref struct RecordingTransaction(in CommandContext context, StateHistory history, IStateTransaction table)
{
    private readonly CommandContext _context = context;

    /// <summary>Writes the state.</summary>
    public readonly void Put(ReadOnlySpan<byte> record)
    {
        var previous = table.TryGet(_context.Key, out var before) ? before.Version : 0;
        table.Put(_context.Key, record);
        history.Add(_context, StateChangeKind.Written, previous, record, table);
    }

    /// <summary>Deletes the state.</summary>
    /// <returns>False when there was none, which changes nothing.</returns>
    public readonly bool Delete()
    {
        if (!table.TryGet(_context.Key, out var before))
            return false;
        table.Delete(_context.Key);
        history.Add(_context, StateChangeKind.Cleared, before.Version, [], table);
        return true;
    }
}
