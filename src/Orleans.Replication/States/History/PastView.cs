namespace Orleans.Replication.States.History;

/// <summary>What a replica's history has of one state at a version.</summary>
/// <param name="Last">The last change up to the version, as far as it is kept.</param>
/// <param name="Next">The first one after it, whether it can be read already or not.</param>
/// <param name="Floor">As in <see cref="HistoryView"/>.</param>
/// <param name="Published">As in <see cref="HistoryView"/>.</param>
internal readonly record struct PastView(RecordedChange? Last, RecordedChange? Next, long Floor, long Published);
