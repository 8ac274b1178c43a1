using Orleans.Replication.Raft;

namespace Orleans.Replication.Groups;

/// <summary>
/// A group as the providers use it: through this silo's replica, or through a silo that has one. What is said to have happened is said in <see cref="ReplicationException"/>s, which every silo
/// and client can read, and in no other.
/// </summary>
internal interface IGroupAccess
{
    /// <summary>The group's name.</summary>
    string Name { get; }

    /// <summary>False when it is known here, without asking, that nobody could serve an access at this moment.</summary>
    bool HasLeader { get; }

    /// <summary>Why the group cannot be used from here until somebody does something about it; null when nothing of the kind is known.</summary>
    string? Fault { get; }

    /// <summary>Who has to run so that the group can be used, for people.</summary>
    string Members { get; }

    /// <summary>Waits, however long it takes, until the group looks as if it could be used.</summary>
    /// <exception cref="ReplicationConfigurationException">It cannot, as this silo is configured.</exception>
    Task WaitForLeaderAsync(CancellationToken cancellationToken);

    /// <summary>Proposes a command, and waits until it is committed and applied where it was proposed.</summary>
    /// <exception cref="ReplicationUnavailableException">Nothing was written.</exception>
    /// <exception cref="ReplicationOutcomeUnknownException">It may have been written.</exception>
    /// <exception cref="ArgumentException">It is too large, or no command of the table; nothing was written.</exception>
    ValueTask<CommandResult> ProposeAsync(Command command, CancellationToken cancellationToken);

    /// <summary>Reads a record, linearizably; null when there is none.</summary>
    /// <exception cref="ReplicationException">The group could not be asked.</exception>
    ValueTask<StateRecord?> FindAsync(string table, ReadOnlyMemory<byte> key, CancellationToken cancellationToken);

    /// <summary>A view of one moment of some records of a table, with everything that was acknowledged before the call. Dispose it soon.</summary>
    /// <param name="table">The table.</param>
    /// <param name="ranges">All that is going to be read of it. To read anything else is a mistake, and where no replica is at hand an <see cref="InvalidOperationException"/>.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="ReplicationException">The group could not be asked.</exception>
    ValueTask<IStateSnapshot> ReadAsync(string table, IReadOnlyList<RecordRange> ranges, CancellationToken cancellationToken);

    /// <summary>
    /// As <see cref="ReadAsync"/>, for records that were read from here before, and do not change unless they go: where a replica is at hand it is read as it is, without a question to anybody.
    /// </summary>
    /// <exception cref="ReplicationException">The group could not be asked.</exception>
    ValueTask<IStateSnapshot> ReadAgainAsync(string table, IReadOnlyList<RecordRange> ranges, CancellationToken cancellationToken);

    /// <summary>
    /// Watches a journal of <see cref="Journals.Records.JournalTable"/>. No change is missed; that there may have been one is told without one as well, when it is not known.
    /// </summary>
    /// <param name="journal">The key of the journal's header.</param>
    /// <param name="changed">Gets the index of a command: up to it, the journal may have changed. Must not block, and must not throw.</param>
    /// <returns>Ends the watch when disposed.</returns>
    IDisposable WatchJournal(ReadOnlySpan<byte> journal, Action<long> changed);
}
