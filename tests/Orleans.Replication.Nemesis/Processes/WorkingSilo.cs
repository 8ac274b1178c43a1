namespace Orleans.Replication.Nemesis.Processes;

/// <summary>One silo of Orleans.Replication.Nemesis.Silo, which has one job: a process with a folder and ports that survive it.</summary>
internal sealed class WorkingSilo(string name, string[] arguments, string logFile, Action<string> onOutput) : IAsyncDisposable
{
    private ChildProcess? _process;

    public string Name => name;

    public bool IsRunning => _process is { HasExited: false };

    private ChildProcess Running => _process ?? throw new InvalidOperationException($"{name} was not started.");

    /// <summary>Starts its process; does not wait until it serves.</summary>
    public async Task StartAsync()
    {
        if (_process is not null)
            await _process.DisposeAsync();
        _process = ChildProcess.Start("dotnet", arguments, logFile, onOutput: onOutput);
    }

    public void Kill() => Running.Kill();

    public void Terminate() => Running.Terminate();

    public void Pause() => Running.Pause();

    public void Resume() => Running.Resume();

    /// <summary>The end of what its processes wrote; nothing before the first.</summary>
    public string LogTail() => _process?.LogTail() ?? "";

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
            await _process.DisposeAsync();
    }

    public override string ToString() => name;
}
