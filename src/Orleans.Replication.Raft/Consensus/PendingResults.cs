using System.Collections.Concurrent;

namespace Orleans.Replication.Raft.Consensus;

/// <summary>
/// Those on this member who wait for the state that their change makes. The table hands it over as it applies the change: by the time the caller looks, many
/// others may have been applied, and the revision be dropped.
/// </summary>
internal sealed class PendingResults
{
    private readonly ConcurrentDictionary<Guid, RevisionRecord?> _waiting = new();

    /// <summary>Begins to wait.</summary>
    public Guid Add()
    {
        var ticket = Guid.NewGuid();
        _waiting[ticket] = null;
        return ticket;
    }

    /// <summary>A change has made a revision, of which a copy is kept if it is waited for. Called by the thread that applies.</summary>
    public void Set(Guid ticket, in RevisionRecord revision)
    {
        if (_waiting.ContainsKey(ticket))
            _waiting.TryUpdate(ticket, revision with { State = revision.State.ToArray() }, null);
    }

    /// <summary>Ends the waiting.</summary>
    /// <returns>What the change has made here; null when this member got the revision by a snapshot.</returns>
    public RevisionRecord? Remove(Guid ticket) => _waiting.TryRemove(ticket, out var revision) ? revision : null;
}
