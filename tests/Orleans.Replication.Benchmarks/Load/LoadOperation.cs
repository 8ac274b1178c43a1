namespace Orleans.Replication.Benchmarks.Load;

/// <summary>What the callers of a round do.</summary>
internal enum LoadOperation
{
    /// <summary>Durable writes.</summary>
    Put,

    /// <summary>Linearizable reads.</summary>
    Get,
}
