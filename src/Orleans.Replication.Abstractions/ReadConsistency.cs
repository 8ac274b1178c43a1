namespace Orleans.Replication;

/// <summary>How fresh a read has to be.</summary>
public enum ReadConsistency
{
    /// <summary>
    /// The read sees everything that was acknowledged, anywhere, before it began. Costs a question to the leader, which all readers that wait on
    /// this silo share.
    /// </summary>
    Linearizable = 0,

    /// <summary>
    /// The same promise, answered from the leader's lease where there is one. There is none yet: it costs what
    /// <see cref="Linearizable"/> costs, and promises the same without a bound on clock drift.
    /// </summary>
    Lease = 1,

    /// <summary>What this silo's replica has now: no waiting, and no bound on how old it is. Works without a quorum.</summary>
    Stale = 2,
}
