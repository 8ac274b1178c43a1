using Orleans.Runtime;

namespace Orleans.Replication.Groups;

/// <summary>When a silo's replication starts and stops, among the stages of <see cref="ServiceLifecycleStage"/>.</summary>
internal static class ReplicationStages
{
    /// <summary>
    /// Starts before everything that may ask for a group, and stops after it: a silo's last act is to write that it is dead into the membership
    /// table, when stage 2001 stops.
    /// </summary>
    public const int Host = ServiceLifecycleStage.RuntimeInitialize - 1_000;

    /// <summary>
    /// Waits for what was acknowledged before: after the silo has joined the membership table, which may need the other silos to come up, and before
    /// application services and calls of other silos can read from its replicas.
    /// </summary>
    public const int CatchUp = ServiceLifecycleStage.ApplicationServices - 1_000;
}
