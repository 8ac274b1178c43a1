namespace Orleans.Replication.Benchmarks.Reads;

/// <summary>One kind of call, by code on one silo.</summary>
/// <param name="Name">What it is called in the table.</param>
/// <param name="Call">The call.</param>
internal sealed record ReadCase(string Name, Func<ValueTask<long>> Call)
{
    /// <summary>The cost of a call in microseconds, one value for each round.</summary>
    public List<double> Rounds { get; } = [];
}
