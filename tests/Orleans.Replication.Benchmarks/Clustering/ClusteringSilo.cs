using Orleans.Replication.Nemesis.Processes;

namespace Orleans.Replication.Benchmarks.Clustering;

/// <summary>One silo as a process. What it knows is read from what it writes.</summary>
internal sealed class ClusteringSilo(string name, string logFile, int gatewayPort, string[] arguments) : IAsyncDisposable
{
    private ChildProcess? _process;

    public int GatewayPort => gatewayPort;

    public bool IsRunning => _process is { HasExited: false };

    /// <summary>The address of its current life; null while it starts.</summary>
    public string? Address
    {
        get
        {
            var lives = Lines().Where(line => line.StartsWith("self ", StringComparison.Ordinal)).ToList();
            return lives.Count == Lives ? lives[^1][5..] : null;
        }
    }

    private int Lives { get; set; }

    public async Task StartAsync()
    {
        if (_process is not null)
            await _process.DisposeAsync();
        Lives++;
        _process = ChildProcess.Start("dotnet", [Path.Combine(AppContext.BaseDirectory, "Orleans.Replication.Benchmarks.dll"), "serve-clustering", .. arguments], logFile);
    }

    /// <summary>Asks it to stop, as an operator does, and waits until it has.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        _process!.Terminate();
        await Eventually.HoldsAsync(() => !IsRunning, $"{name} to stop", cancellationToken);
    }

    public void Kill() => _process!.Kill();

    /// <summary>The last it knew of a silo.</summary>
    public string? StatusOf(string address)
    {
        var prefix = $"silo {address} ";
        return Lines().LastOrDefault(line => line.StartsWith(prefix, StringComparison.Ordinal))?[prefix.Length..];
    }

    /// <exception cref="InvalidOperationException">It has exited.</exception>
    public void ThrowIfExited()
    {
        if (!IsRunning)
            throw new InvalidOperationException($"{name} has exited. The end of its log:\n{_process!.LogTail()}");
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
            await _process.DisposeAsync();
    }

    public override string ToString() => name;

    private List<string> Lines()
    {
        using var reader = new StreamReader(new FileStream(logFile, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return [.. reader.ReadToEnd().Split('\n')];
    }
}
