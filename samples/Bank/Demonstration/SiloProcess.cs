using System.Diagnostics;
using Bank.Silo;

namespace Bank.Demonstration;

/// <summary>A silo in a process of its own, which can be killed and started again on the same data.</summary>
internal sealed class SiloProcess(string name, string peerId, SiloSettings settings) : IAsyncDisposable
{
    private readonly Lock _logLock = new();
    private Process? _process;

    public string Name { get; } = name;

    public string PeerId { get; } = peerId;

    public int GatewayPort => settings.GatewayPort;

    /// <summary>Its libp2p address, with its peer id.</summary>
    public string Address => $"{settings.Listen}/p2p/{PeerId}";

    public int ProcessId => _process?.Id ?? 0;

    public bool IsRunning => _process is { HasExited: false };

    /// <summary>What its processes have written, to look into when something is wrong.</summary>
    public string LogFile { get; } = settings.DataDirectory + ".log";

    public void Start()
    {
        var (program, arguments) = ThisProgram();
        var start = new ProcessStartInfo(program, [.. arguments, .. settings.ToArguments()])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        _process?.Dispose();
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Log(line.Data);
        _process.ErrorDataReceived += (_, line) => Log(line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>SIGKILL: the process gets no chance to write, to flush or to say good-bye.</summary>
    public void Kill()
    {
        _process!.Kill();
        _process.WaitForExit();
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is null)
            return;
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    // Below `dotnet Bank.dll` the process is dotnet, and needs to be told the program; below `dotnet run` it is the program.
    private static (string Program, string[] Arguments) ThisProgram()
    {
        var process = Environment.ProcessPath!;
        return Path.GetFileNameWithoutExtension(process) == "dotnet" ? (process, [typeof(SiloProcess).Assembly.Location]) : (process, []);
    }

    private void Log(string? line)
    {
        if (line is null)
            return;
        lock (_logLock)
            File.AppendAllText(LogFile, line + Environment.NewLine);
    }
}
