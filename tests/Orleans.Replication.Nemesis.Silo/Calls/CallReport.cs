namespace Orleans.Replication.Nemesis.Silo.Calls;

/// <summary>The calls of one silo since its start.</summary>
/// <param name="Name">The silo.</param>
/// <param name="ProcessId">Its process: a silo that starts again begins to count again.</param>
/// <param name="Calls">Calls that were answered.</param>
/// <param name="Left">Those among them that another silo had answered.</param>
/// <param name="Retried">Calls that were answered only when they were repeated.</param>
/// <param name="Failures">Errors that a retry does not help against, in text.</param>
internal sealed record CallReport(string Name, int ProcessId, long Calls, long Left, long Retried, string[] Failures);
