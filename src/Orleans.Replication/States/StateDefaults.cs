namespace Orleans.Replication.States;

/// <summary>What one holder of a state says once, and not in each call.</summary>
/// <param name="Origin">Who proposes its writes (<see cref="OriginFormat"/>).</param>
/// <param name="Consistency">How fresh a read has to be that does not say it.</param>
/// <param name="MaxStaleness">For such a read with <see cref="ReadConsistency.Stale"/>: how old it may be; null for no limit.</param>
internal sealed record StateDefaults(byte[] Origin, ReadConsistency Consistency = ReadConsistency.Linearizable, TimeSpan? MaxStaleness = null);
