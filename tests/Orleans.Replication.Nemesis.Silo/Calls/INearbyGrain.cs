namespace Orleans.Replication.Nemesis.Silo.Calls;

/// <summary>A replicated grain that says where it is.</summary>
public interface INearbyGrain : IGrainWithIntegerKey
{
    /// <summary>Reads.</summary>
    /// <returns>The silo that served the call.</returns>
    [Concurrency.ReadOnly]
    ValueTask<string> Read(ReadConsistency consistency);

    /// <summary>Adds one.</summary>
    /// <returns>The silo that served the call.</returns>
    ValueTask<string> Add();
}
