namespace Orleans.Replication.States.History;

/// <summary>The answer to what a state was at a version.</summary>
/// <param name="Change">The change that made it so; null when it is not kept, or not there yet.</param>
/// <param name="Floor">As in <see cref="HistoryView"/>.</param>
/// <param name="Published">Up to here the replica can be asked.</param>
/// <param name="IsAhead">True when the version is greater than that.</param>
internal readonly record struct PastChange(RecordedChange? Change, long Floor, long Published, bool IsAhead = false);
