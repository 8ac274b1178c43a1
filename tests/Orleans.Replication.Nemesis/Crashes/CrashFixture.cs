using Orleans.Replication.Nemesis.Processes;

namespace Orleans.Replication.Nemesis.Crashes;

/// <summary>The cluster that all crash tests share, one after the other, and the summary of what they did to it.</summary>
public sealed class CrashFixture : IAsyncLifetime
{
    private KeyValueCluster? _cluster;

    internal KeyValueCluster Cluster => _cluster ?? throw new InvalidOperationException("The cluster was not started.");

    internal Summary Summary { get; } = new();

    public async ValueTask InitializeAsync() => _cluster = await KeyValueCluster.StartAsync();

    public async ValueTask DisposeAsync()
    {
        var json = Summary.ToJson();
        await Console.Out.WriteLineAsync(json);
        if (Environment.GetEnvironmentVariable("NEMESIS_SUMMARY") is { Length: > 0 } file)
            await File.WriteAllTextAsync(file, json + Environment.NewLine);
        if (_cluster is not null)
            await _cluster.DisposeAsync();
    }
}

/// <summary>One cluster, one fault at a time.</summary>
[CollectionDefinition(Name)]
public sealed class CrashCollection : ICollectionFixture<CrashFixture>
{
    public const string Name = "crashes";
}
