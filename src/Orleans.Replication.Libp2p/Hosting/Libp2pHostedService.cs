using Microsoft.Extensions.Hosting;

namespace Orleans.Replication.Libp2p.Hosting;

/// <summary>Starts the host with the application and stops it with it.</summary>
internal sealed class Libp2pHostedService(Libp2pHost host) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => host.StartAsync(cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => host.StopAsync(cancellationToken);
}
