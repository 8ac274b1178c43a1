using Orleans.Replication.Raft;

namespace Orleans.Replication.States.History;

/// <summary>The table of the states while one command changes one state: what the command does to it also goes into the history.</summary>
internal readonly ref struct RecordingTransaction(in CommandContext context, StateHistory history, IStateTransaction states)
{
    private readonly CommandContext _context = context;

    /// <summary>Writes the state.</summary>
    public void Put(ReadOnlySpan<byte> record)
    {
        var previous = FindVersion();
        states.Put(_context.Key, record);
        history.Add(_context.Key, new(_context.Index, StateChangeKind.Written, previous, _context.Timestamp, record.ToArray()));
    }

    /// <summary>Deletes the state.</summary>
    /// <returns>False when there was none, which changes nothing.</returns>
    public bool Delete()
    {
        var previous = FindVersion();
        if (previous == 0)
            return false;
        states.Delete(_context.Key);
        history.Add(_context.Key, new(_context.Index, StateChangeKind.Cleared, previous, _context.Timestamp, default));
        return true;
    }

    // The history is asked first: it answers from memory for what has changed lately.
    private long FindVersion()
    {
        if (history.TryGetVersion(_context.Key, out var version))
            return version;
        return states.TryGet(_context.Key, out var record) ? record.Version : 0;
    }
}
