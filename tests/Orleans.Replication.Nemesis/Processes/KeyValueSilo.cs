using Orleans.Replication.Nemesis.Http;

namespace Orleans.Replication.Nemesis.Processes;

/// <summary>One silo of samples/KeyValue with a data folder and ports of its own, which survive its crashes.</summary>
internal sealed class KeyValueSilo : IAsyncDisposable
{
    /// <summary>The build that belongs to these tests.</summary>
    public static readonly string CurrentBuild = Path.Combine(AppContext.BaseDirectory, "KeyValue.dll");

    private readonly string[] _arguments;
    private readonly string _logFile;
    private readonly IReadOnlyDictionary<string, string>? _environment;
    private ChildProcess? _process;

    public KeyValueSilo(string name, string peerId, string[] arguments, int httpPort, string logFile, IReadOnlyDictionary<string, string>? environment = null)
    {
        Name = name;
        PeerId = peerId;
        HttpPort = httpPort;
        Client = new KeyValueClient(httpPort);
        _arguments = arguments;
        _logFile = logFile;
        _environment = environment;
    }

    public string Name { get; }

    public string PeerId { get; }

    public int HttpPort { get; }

    /// <summary>Where the other replicas reach it, with its peer id; empty when it was not said.</summary>
    public string Address { get; init; } = "";

    /// <summary>The program that its next start runs: this build's, unless a test says otherwise.</summary>
    public string Program { get; set; } = CurrentBuild;

    public KeyValueClient Client { get; }

    /// <summary>The id of its process.</summary>
    public int ProcessId => Running.Id;

    public bool IsRunning => _process is { HasExited: false };

    private ChildProcess Running => _process ?? throw new InvalidOperationException($"{Name} was not started.");

    /// <summary>Starts its process; does not wait until it serves.</summary>
    public async Task StartAsync()
    {
        if (_process is not null)
            await _process.DisposeAsync();
        _process = ChildProcess.Start("dotnet", [Program, .. _arguments], _logFile, _environment);
    }

    /// <summary>Ends its process in good order, and waits until it is gone.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        Running.Terminate();
        await Eventually.HoldsAsync(() => !IsRunning, $"{Name} to end", cancellationToken);
    }

    public void Kill() => Running.Kill();

    public void Pause() => Running.Pause();

    public void Resume() => Running.Resume();

    /// <summary>The end of what its processes wrote.</summary>
    public string LogTail() => Running.LogTail();

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        if (_process is not null)
            await _process.DisposeAsync();
    }

    public override string ToString() => Name;
}
