using System.Diagnostics;
using System.Text.Json;

namespace Orleans.Replication.Benchmarks.Transports;

/// <summary>This program as a second process that serves; it ends when this object is disposed of, or with this process.</summary>
internal sealed class TransportServer : IAsyncDisposable
{
    private readonly Process _process;

    private TransportServer(Process process, TransportAddresses addresses) => (_process, Addresses) = (process, addresses);

    public TransportAddresses Addresses { get; }

    public static async Task<TransportServer> StartAsync(CancellationToken cancellationToken)
    {
        var process = Process.Start(new ProcessStartInfo("dotnet", [typeof(TransportServer).Assembly.Location, "serve-transports"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        return new TransportServer(process, await ReadAsync<TransportAddresses>(process, cancellationToken));
    }

    /// <summary>What the process has used so far.</summary>
    public async Task<ProcessUsage> UsageAsync(CancellationToken cancellationToken)
    {
        await _process.StandardInput.WriteLineAsync("usage".AsMemory(), cancellationToken);
        await _process.StandardInput.FlushAsync(cancellationToken);
        return await ReadAsync<ProcessUsage>(_process, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static async Task<T> ReadAsync<T>(Process process, CancellationToken cancellationToken) =>
        await process.StandardOutput.ReadLineAsync(cancellationToken) is { } line
            ? JsonSerializer.Deserialize<T>(line)!
            : throw new InvalidOperationException("The server process ended; its reason is above.");
}
