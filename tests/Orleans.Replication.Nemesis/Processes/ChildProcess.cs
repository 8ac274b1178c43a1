using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Orleans.Replication.Nemesis.Processes;

/// <summary>
/// A process that belongs to this one: it writes its output to a file, can be stopped in the ways a machine stops, and is killed when this
/// object is disposed or this process exits.
/// </summary>
internal sealed partial class ChildProcess : IAsyncDisposable
{
    private const int SigTerm = 15;
    private const int SigCont = 18;
    private const int SigStop = 19;

    private readonly Process _process;
    private readonly StreamWriter _log;
    private readonly Lock _logLock = new();
    private readonly string _logFile;

    private ChildProcess(Process process, string logFile, Action<string>? onOutput)
    {
        _process = process;
        _logFile = logFile;
        _log = new StreamWriter(new FileStream(logFile, FileMode.Append, FileAccess.Write, FileShare.ReadWrite)) { AutoFlush = true };
        process.OutputDataReceived += (_, e) =>
        {
            Log(e.Data);
            if (e.Data is { } line)
                onOutput?.Invoke(line);
        };
        process.ErrorDataReceived += (_, e) => Log(e.Data);
    }

    /// <summary>The process id.</summary>
    public int Id => _process.Id;

    /// <summary>True once the process is gone.</summary>
    public bool HasExited => _process.HasExited;

    /// <summary>Starts a program. Its standard input stays open as long as this process lives: a child can watch it to die with its parent.</summary>
    /// <param name="onOutput">Is given each line of its standard output; nothing when it is null.</param>
    /// <exception cref="InvalidOperationException">There is no such program.</exception>
    public static ChildProcess Start(
        string program, IEnumerable<string> arguments, string logFile, IReadOnlyDictionary<string, string>? environment = null, Action<string>? onOutput = null)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        try
        {
            var child = new ChildProcess(new Process { StartInfo = start }, logFile, onOutput);
            child._process.Start();
            AppDomain.CurrentDomain.ProcessExit += child.KillAtExit;
            child._process.BeginOutputReadLine();
            child._process.BeginErrorReadLine();
            return child;
        }
        catch (Win32Exception error)
        {
            throw new InvalidOperationException($"'{program}' cannot be started: {error.Message}", error);
        }
    }

    /// <summary>Ends the process as a crash does (SIGKILL), and waits until it is gone. Nothing happens when it is gone already.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    /// <summary>Asks the process to end (SIGTERM), as an operator does; does not wait.</summary>
    public void Terminate() => Signal(SigTerm);

    /// <summary>Stops the process from running without ending it (SIGSTOP), as a long pause of its machine does.</summary>
    public void Pause() => Signal(SigStop);

    /// <summary>Lets a paused process run again (SIGCONT).</summary>
    public void Resume() => Signal(SigCont);

    /// <summary>The end of what the process wrote.</summary>
    public string LogTail(int lines = 30)
    {
        using var reader = new StreamReader(new FileStream(_logFile, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return string.Join('\n', reader.ReadToEnd().TrimEnd().Split('\n').TakeLast(lines));
    }

    public async ValueTask DisposeAsync()
    {
        AppDomain.CurrentDomain.ProcessExit -= KillAtExit;
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        await _log.DisposeAsync();
    }

    private void KillAtExit(object? sender, EventArgs e) => _process.Kill();

    private void Log(string? line)
    {
        if (line is null)
            return;
        lock (_logLock)
            _log.WriteLine(line);
    }

    private void Signal(int signal)
    {
        if (SendSignal(_process.Id, signal) != 0)
            throw new InvalidOperationException($"Process {_process.Id} cannot be sent signal {signal}: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    // The base class library can end a process, but not pause it.
    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int SendSignal(int processId, int signal);
}
