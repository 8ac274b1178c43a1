using System.Diagnostics;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Runtime;

namespace Orleans.Replication.Benchmarks.Clustering;

/// <summary>A client that knows all gateways and calls grains, each until it answers.</summary>
internal sealed class GrainCallers : IAsyncDisposable
{
    /// <summary>How many grains there are.</summary>
    public const int Grains = 60;

    private const int Callers = 8;
    private static readonly TimeSpan Attempt = TimeSpan.FromSeconds(1);

    private readonly IHost _host;
    private readonly IClusterClient _client;

    private GrainCallers(IHost host) => (_host, _client) = (host, host.Services.GetRequiredService<IClusterClient>());

    public static async Task<GrainCallers> ConnectAsync(string cluster, IEnumerable<int> gatewayPorts, CancellationToken cancellationToken)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.UseOrleansClient(client => client
            .UseStaticClustering([.. gatewayPorts.Select(port => new IPEndPoint(IPAddress.Loopback, port))])
            .Configure<ClusterOptions>(options => (options.ClusterId, options.ServiceId) = (cluster, cluster))
            .Configure<ClientMessagingOptions>(options => options.ResponseTimeout = Attempt));
        var host = builder.Build();
        await host.StartAsync(cancellationToken);
        return new(host);
    }

    /// <summary>Calls a grain until it answers.</summary>
    /// <returns>The address of its silo.</returns>
    public async Task<string> CallAsync(int grain, CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                return await _client.GetGrain<IPingGrain>(grain).WhereAsync();
            }
            catch (Exception error) when (error is TimeoutException or OrleansException)
            {
                // A short breath: a refusal may come at once.
                await Task.Delay(5, cancellationToken);
            }
        }
    }

    /// <summary>Calls all grains around until it is told to stop.</summary>
    /// <returns>The longest that a call took, with all its attempts, in seconds.</returns>
    public async Task<double> RunAsync(CancellationToken stop)
    {
        var longest = await Task.WhenAll(Enumerable.Range(0, Callers).Select(async caller =>
        {
            var longest = TimeSpan.Zero;
            for (var grain = caller; !stop.IsCancellationRequested; grain = (grain + Callers) % Grains)
            {
                var start = Stopwatch.GetTimestamp();
                await CallAsync(grain, CancellationToken.None);
                longest = TimeSpan.FromTicks(Math.Max(longest.Ticks, Stopwatch.GetElapsedTime(start).Ticks));
                // The load is there to notice gaps, not to fill the processors.
                await Task.Delay(2, CancellationToken.None);
            }

            return longest;
        }));
        return longest.Max().TotalSeconds;
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }
}
