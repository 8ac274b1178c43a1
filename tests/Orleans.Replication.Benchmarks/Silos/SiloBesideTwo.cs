using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Replication.Nemesis.Processes;

namespace Orleans.Replication.Benchmarks.Silos;

/// <summary>A silo in this process and two in processes of their own: for what a caller on a silo sees, where the other replicas have memory and garbage collections of their own.</summary>
internal sealed class SiloBesideTwo : IAsyncDisposable
{
    private readonly IHost _host;
    private readonly List<ChildProcess> _others;

    private SiloBesideTwo(IHost host, List<ChildProcess> others) => (_host, _others) = (host, others);

    /// <summary>The grains as code on the silo in this process calls them.</summary>
    public IGrainFactory Grains => _host.Services.GetRequiredService<IGrainFactory>();

    /// <summary>Starts them, with empty folders below one.</summary>
    public static async Task<SiloBesideTwo> StartAsync(string folder, CancellationToken cancellationToken)
    {
        var silos = BenchSilo.Plan(folder, 3);
        var program = Path.Combine(AppContext.BaseDirectory, "Orleans.Replication.Benchmarks.dll");
        var others = silos.Skip(1).Select(silo => ChildProcess.Start("dotnet", [program, .. ServeSiloCommand.ArgumentsFor(silo)], $"{silo.Folder}.log")).ToList();
        var started = new SiloBesideTwo(silos[0].Build(), others);
        try
        {
            await started._host.StartAsync(cancellationToken);
            return started;
        }
        catch
        {
            await started.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
        foreach (var other in _others)
            await other.DisposeAsync();
    }
}
