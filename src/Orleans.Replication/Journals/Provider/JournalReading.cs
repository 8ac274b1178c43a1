using Orleans.Replication.Journals.Records;
using Orleans.Replication.Raft;

namespace Orleans.Replication.Journals.Provider;

/// <summary>What a journal has beyond a known position, at one moment. Dispose it soon: it holds a snapshot of the state.</summary>
/// <param name="snapshot">The snapshot it reads from.</param>
/// <param name="key">The key of the journal's header.</param>
/// <param name="first">The place of the first event to read.</param>
/// <param name="position">Where the reading ends.</param>
/// <param name="restarted">See <see cref="Restarted"/>.</param>
internal sealed class JournalReading(IStateSnapshot snapshot, byte[] key, long first, JournalPosition position, bool restarted) : IDisposable
{
    /// <summary>The position after all of <see cref="Events"/>.</summary>
    public JournalPosition Position { get; } = position;

    /// <summary>True when the journal was cleared since the known position: the events are all that it has now.</summary>
    public bool Restarted { get; } = restarted;

    /// <summary>The events, in order, read as they are asked for.</summary>
    public IEnumerable<JournalEvent> Events => Position.Count == first
        ? []
        : snapshot.ScanRange(JournalKeys.Event(key, first), JournalKeys.Event(key, Position.Count)).Select(pair => JournalEvent.Decode(pair.Value.Value));

    /// <inheritdoc/>
    public void Dispose() => snapshot.Dispose();
}
