namespace Orleans.Replication.Benchmarks.Clustering;

/// <summary>Where the silos keep their membership table.</summary>
internal enum ClusteringKind
{
    /// <summary>In the silos' own Raft group.</summary>
    Raft,

    /// <summary>In PostgreSQL, by Orleans' ADO.NET clustering.</summary>
    PostgreSql,
}
