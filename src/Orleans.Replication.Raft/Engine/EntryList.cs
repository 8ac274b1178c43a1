using DotNext.IO.Log;

namespace Orleans.Replication.Raft.Engine;

/// <summary>Entries in memory, one after another, as the log wants them.</summary>
internal sealed class EntryList<TEntry>(IReadOnlyList<TEntry> entries) : ILogEntryProducer<TEntry> where TEntry : ILogEntry
{
    private int _next;

    public long RemainingCount => entries.Count - _next;

    public TEntry Current => entries[_next - 1];

    public ValueTask<bool> MoveNextAsync()
    {
        var more = _next < entries.Count;
        if (more)
            _next++;
        return new(more);
    }

    public ValueTask DisposeAsync() => default;
}
