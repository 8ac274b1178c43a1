namespace Orleans.Replication.Nemesis.Silo.Holding;

/// <summary>What happened to a holder.</summary>
/// <param name="Kind">
/// <c>serves</c>: its silo is active; <c>holds</c>: it took the office, and its first guarded write was accepted; <c>lost</c>: its tenure is over, and it knows; <c>intruder</c>: it held the office, and
/// found the write of another.
/// </param>
/// <param name="Name">Who.</param>
/// <param name="Token">The token of its tenure.</param>
/// <param name="Refused">Whether its last guarded write was refused.</param>
/// <param name="Fence">The greatest token that the resource had seen then.</param>
/// <param name="Renewed">Whether its last renewal was granted.</param>
/// <param name="Writes">How many of its guarded writes were accepted.</param>
internal sealed record HolderEvent(string Kind, string Name, long Token, bool Refused = false, long Fence = 0, bool Renewed = false, int Writes = 0);
