using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Replication.Raft;
using Orleans.Runtime;

namespace Orleans.Replication.Benchmarks.Silos;

/// <summary>Three silos in this process: for costs that a client in another process would hide.</summary>
internal sealed class ThreeLocalSilos : IAsyncDisposable
{
    /// <summary>How many they are.</summary>
    public const int Count = 3;

    private readonly List<IHost> _hosts = [];

    private ThreeLocalSilos()
    {
    }

    /// <summary>Starts them, with empty folders below one.</summary>
    public static async Task<ThreeLocalSilos> StartAsync(string folder, CancellationToken cancellationToken)
    {
        var silos = new ThreeLocalSilos();
        silos._hosts.AddRange(BenchSilo.Plan(folder, Count).Select(silo => silo.Build()));
        await Task.WhenAll(silos._hosts.Select(host => host.StartAsync(cancellationToken)));
        return silos;
    }

    /// <summary>The grains as code on one silo calls them.</summary>
    public IGrainFactory GrainsOn(int silo) => _hosts[silo].Services.GetRequiredService<IGrainFactory>();

    /// <summary>A silo's address, in text.</summary>
    public string AddressOf(int silo) => _hosts[silo].Services.GetRequiredService<ILocalSiloDetails>().SiloAddress.ToParsableString();

    /// <summary>Which silo leads the group that keeps the states.</summary>
    /// <exception cref="InvalidOperationException">None does at the moment.</exception>
    public int FindLeader()
    {
        var leader = _hosts.FindIndex(host =>
            host.Services.GetRequiredService<IReplicationHost>().GetGroup(ReplicationGroups.Default).GetStatus().Role == RaftRole.Leader);
        return leader >= 0 ? leader : throw new InvalidOperationException("No silo leads the group.");
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_hosts.Select(host => host.StopAsync()));
        foreach (var host in _hosts)
            host.Dispose();
    }
}
