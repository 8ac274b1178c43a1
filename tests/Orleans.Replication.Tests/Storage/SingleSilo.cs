using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Replication.Clustering.Provider;

namespace Orleans.Replication.Tests.Storage;

/// <summary>A real silo with a group of one in a folder of its own, shared by the tests of a class. Tests use names of their own in it.</summary>
public sealed class SingleSilo : IAsyncLifetime
{
    /// <summary>A provider that keeps tombstones.</summary>
    public const string Tombstones = "tombstones";

    /// <summary>A provider that deletes.</summary>
    public const string Deletes = "deletes";

    private readonly string _folder = Directory.CreateTempSubdirectory("single-silo-").FullName;
    private IHost? _host;

    /// <summary>The silo's services.</summary>
    public IServiceProvider Services => _host!.Services;

    /// <summary>Makes the membership table of another cluster in the silo's group.</summary>
    public IMembershipTable CreateMembershipTable(string clusterId) => new RaftMembershipTable(
        Options.Create(new ClusterOptions { ClusterId = clusterId }),
        () => Services.GetRequiredService<IReplicationHost>().GetGroup(ReplicationGroups.Default),
        Services.GetRequiredService<ShutdownLimit>(),
        TimeProvider.System,
        NullLogger<RaftMembershipTable>.Instance);

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.UseOrleans(silo => silo
            .Configure<EndpointOptions>(options =>
            {
                options.AdvertisedIPAddress = IPAddress.Loopback;
                (options.SiloPort, options.GatewayPort) = (FreePort(), FreePort());
            })
            .AddRaftReplication(options => options.DataDirectory = _folder)
            .UseRaftClustering()
            .AddRaftGrainStorage(Tombstones)
            .AddRaftGrainStorage(Deletes, options => options.DeleteStateOnClear = true));
        _host = builder.Build();
        await _host.StartAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_host is not null)
        {
            await _host.StopAsync();
            _host.Dispose();
        }
        Directory.Delete(_folder, recursive: true);
    }

    private static int FreePort()
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
