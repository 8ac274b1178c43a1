using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Replication.Tests.Clustering;

namespace Orleans.Replication.Tests.Access;

/// <summary>Three real silos that let clients in, and real clients.</summary>
public sealed class AccessCluster : IAsyncLifetime
{
    /// <summary>What the silos share with the clients.</summary>
    internal const string Token = "what clients and silos share";

    private readonly List<IHost> _clients = [];
    private SiloCluster? _silos;

    internal SiloCluster Silos => _silos!;

    /// <inheritdoc/>
    public async ValueTask InitializeAsync() => _silos = await SiloCluster.CreateAsync(3, Serve);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients)
        {
            await client.StopAsync();
            await ((IAsyncDisposable)client).DisposeAsync();
        }

        if (_silos is not null)
            await _silos.DisposeAsync();
    }

    internal static void Serve(ISiloBuilder silo) => silo.AddRaftReplication(options => options.AccessToken = Token);

    /// <summary>A group as a client of its own has it, whose seeds are some of the silos.</summary>
    internal async Task<IReplicationGroup> ConnectAsync(params int[] seeds) =>
        (await ConnectAsync(options => options.Seeds = [.. (seeds.Length > 0 ? seeds : [0, 1, 2]).Select(Silos.Peer)])).GetRequiredService<IReplicationGroup>();

    /// <summary>A client.</summary>
    /// <returns>Its services.</returns>
    internal async Task<IServiceProvider> ConnectAsync(Action<RaftAccessOptions> configure)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.UseOrleansClient(client => client
            .UseStaticClustering([.. Enumerable.Range(0, Silos.Count).Select(silo => new IPEndPoint(IPAddress.Loopback, Silos.GatewayPort(silo)))])
            .AddRaftReplication(options => options.AccessToken = Token)
            .AddRaftReplication(configure));
        var host = builder.Build();
        _clients.Add(host);
        await host.StartAsync(TestContext.Current.CancellationToken);
        return host.Services;
    }
}
