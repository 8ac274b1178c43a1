namespace Orleans.Replication.Journals.Provider;

/// <summary>How far somebody has followed a journal. The default is the beginning of an empty journal.</summary>
/// <param name="Incarnation">Which journal: 0 for one without events; see <see cref="Records.JournalHeader"/>.</param>
/// <param name="Count">How many of its events.</param>
/// <param name="Version">The version of the header that goes with it, the condition of the next append; 0 when there is none.</param>
internal readonly record struct JournalPosition(long Incarnation, long Count, long Version);
