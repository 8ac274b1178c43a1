using Orleans.Replication;

namespace Orleans.Configuration;

/// <summary>How the silos keep their membership table in a Raft group.</summary>
public sealed class RaftClusteringOptions
{
    /// <summary>The default of <see cref="ShutdownTimeout"/>.</summary>
    public static readonly TimeSpan DefaultShutdownTimeout = TimeSpan.FromSeconds(2);

    /// <summary>The group that holds the table. Default <c>"default"</c>. Every silo of the cluster has to name the same.</summary>
    public string Group { get; set; } = ReplicationGroups.Default;

    /// <summary>
    /// How long one access to the table may take while the silo stops. Default 2 s, at least 100 ms. The silos that stop last have no quorum
    /// any more to record their own end; without this limit the runtime would wait up to a minute for it, twice. Longer makes it likelier that
    /// a slow group still hears of the end; shorter stops faster. A silo whose end was not recorded is declared dead by the others, or by its
    /// own next start on the same endpoint.
    /// </summary>
    public TimeSpan ShutdownTimeout { get; set; } = DefaultShutdownTimeout;
}
