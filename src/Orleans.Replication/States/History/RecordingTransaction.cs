using Orleans.Replication.Raft;

namespace Orleans.Replication.States.History;

/// <summary>
/// The table of the states while one command changes some: what the command does to them also goes into the history. A command changes each state once, and only
/// when nothing can refuse it any more.
/// </summary>
/// <param name="context">The command.</param>
/// <param name="origin">Who proposed it (<see cref="OriginFormat"/>), in memory of its own.</param>
/// <param name="history">The history.</param>
/// <param name="states">The states.</param>
internal readonly ref struct RecordingTransaction(in CommandContext context, ReadOnlyMemory<byte> origin, StateHistory history, IStateTransaction states)
{
    private readonly CommandContext _context = context;

    /// <summary>Writes a state.</summary>
    public void Put(ReadOnlySpan<byte> key, ReadOnlySpan<byte> record)
    {
        var previous = FindVersion(key);
        states.Put(key, record);

        // As it is kept until it is on disk: the history shares it.
        states.TryGet(key, out var kept);
        history.Add(key, new(_context.Index, StateChangeKind.Written, previous, _context.Timestamp, kept.Value, origin));
    }

    /// <summary>Deletes a state.</summary>
    /// <returns>False when there was none, which changes nothing.</returns>
    public bool Delete(ReadOnlySpan<byte> key)
    {
        var previous = FindVersion(key);
        if (previous == 0)
            return false;
        states.Delete(key);
        history.Add(key, new(_context.Index, StateChangeKind.Cleared, previous, _context.Timestamp, default, origin));
        return true;
    }

    /// <summary>Reads a state. The history is asked first: it has in memory what has changed lately.</summary>
    public bool TryGet(ReadOnlySpan<byte> key, out StateRecord record)
    {
        if (!history.TryGetLast(key, out var last))
            return states.TryGet(key, out record);
        record = last.ToRecord();
        return last.Kind == StateChangeKind.Written;
    }

    private long FindVersion(ReadOnlySpan<byte> key) => TryGet(key, out var record) ? record.Version : 0;
}
