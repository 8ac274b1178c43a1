using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace Orleans.Replication.Tests.Upgrades;

/// <summary>A silo of tests/Orleans.Replication.Upgrades as a process of its own, asked over its standard input and output. It ends with its input, so also with this process.</summary>
internal sealed class SiloProcess : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly ConcurrentDictionary<string, TaskCompletionSource<string>> _asked = new();
    private readonly Task<string> _errors;
    private readonly Task _reading;
    private readonly Lock _writing = new();
    private int _numbers;

    private SiloProcess(int release, IEnumerable<string> arguments)
    {
        var program = Path.Combine(
            AppContext.BaseDirectory.Replace("Orleans.Replication.Tests", Path.Combine("Orleans.Replication.Upgrades", $"V{release}"), StringComparison.Ordinal), "UpgradeSilo.dll");
        Release = release;
        _process = Process.Start(new ProcessStartInfo("dotnet", [program, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        _errors = _process.StandardError.ReadToEndAsync();
        _asked["0"] = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _reading = ReadAsync();
    }

    /// <summary>Which release it runs.</summary>
    public int Release { get; }

    /// <summary>Starts a silo, and waits until it serves.</summary>
    /// <exception cref="IOException">It ended instead; the message is what it said.</exception>
    public static async Task<SiloProcess> StartAsync(int release, IEnumerable<string> arguments)
    {
        var silo = new SiloProcess(release, arguments);
        try
        {
            await silo._asked["0"].Task.WaitAsync(Deadline, TestContext.Current.CancellationToken);
            return silo;
        }
        catch
        {
            await silo.DisposeAsync();
            throw;
        }
    }

    /// <summary>Asks, and waits for the answer; one that begins with '!' is an error.</summary>
    /// <exception cref="IOException">The process ended before it answered.</exception>
    public async Task<string> AskAsync(string question)
    {
        var number = Interlocked.Increment(ref _numbers).ToString(CultureInfo.InvariantCulture);
        var answer = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        _asked[number] = answer;
        lock (_writing)
        {
            _process.StandardInput.WriteLine($"{number} {question}");
            _process.StandardInput.Flush();
        }

        if (_reading.IsCompleted)
            answer.TrySetException(new IOException("The silo has ended."));
        return await answer.Task.WaitAsync(Deadline, TestContext.Current.CancellationToken);
    }

    /// <summary>Lets it stop in good order, and waits until it has.</summary>
    public async Task StopAsync()
    {
        lock (_writing)
            _process.StandardInput.Close();
        using var deadline = new CancellationTokenSource(Deadline);
        await _process.WaitForExitAsync(deadline.Token);
        await _reading;
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        await _reading;
        _process.Dispose();
    }

    private async Task ReadAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            var split = line.IndexOf(' ', StringComparison.Ordinal);
            if (split > 0 && _asked.TryRemove(line[..split], out var asked))
                asked.TrySetResult(line[(split + 1)..]);
        }

        var error = new IOException($"The silo has ended: {await _errors}");
        foreach (var asked in _asked.Values)
            asked.TrySetException(error);
    }
}
