namespace Orleans.Replication.Benchmarks.Load;

/// <summary>A cluster under load. Its calls end when the cluster has acknowledged, and throw when it has not.</summary>
internal interface ILoadTarget
{
    /// <summary>The name in tables and JSON.</summary>
    string Name { get; }

    /// <summary>The processes that serve, to account for their processor time.</summary>
    IReadOnlyList<int> ProcessIds { get; }

    /// <summary>Opens what so many concurrent callers need: enough connections, spread over all members.</summary>
    Task PrepareAsync(int callers, CancellationToken cancellationToken);

    /// <summary>Writes a value durably.</summary>
    /// <param name="lane">A number that differs between concurrent callers and moves with each call, to spread calls over connections.</param>
    /// <param name="key">A number below the size of the key space.</param>
    /// <param name="value">What to write; not changed afterwards.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    ValueTask PutAsync(int lane, int key, byte[] value, CancellationToken cancellationToken);

    /// <summary>Reads a value linearizably. A key that was never written is an error: every key is filled before.</summary>
    ValueTask GetAsync(int lane, int key, CancellationToken cancellationToken);
}
