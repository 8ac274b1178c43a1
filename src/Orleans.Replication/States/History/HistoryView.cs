namespace Orleans.Replication.States.History;

/// <summary>What a replica's history has of one state at one moment.</summary>
/// <param name="Changes">The changes after the version asked for, the oldest first; the first few when there are many.</param>
/// <param name="Floor">Up to here, changes may be missing, of this state and of others; none is missing after it.</param>
/// <param name="Published">Up to here, states and changes can be read.</param>
internal readonly record struct HistoryView(IReadOnlyList<RecordedChange> Changes, long Floor, long Published);
