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
    /// The same promise as long as the clocks of two silos run apart by no more than the group's <c>MaxClockDrift</c> (0.2: by 200 ms a second). On the
    /// leader's silo it costs no message, on another one question to the leader instead of two rounds; without a lease it is
    /// <see cref="Linearizable"/>. A stopped process, a suspended machine and a step of the wall clock do no harm; do not use it where the host of a virtual machine
    /// stops it unnoticed.
    /// </summary>
    Lease = 1,

    /// <summary>What this silo's replica has now: no waiting, and no bound on how old it is. Works without a quorum.</summary>
    Stale = 2,
}
