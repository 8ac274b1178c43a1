using System.Diagnostics;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Orleans.Replication.Libp2p.Tests.Support;

namespace Orleans.Replication.Libp2p.Tests.Samples;

/// <summary>samples/Echo in a process of its own. Disposing of it ends the process.</summary>
internal sealed class EchoProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly Task<string> _errors;
    private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();
    private readonly Task _reading;

    private EchoProcess(string[] arguments)
    {
        _process = Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Echo.dll"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        _errors = _process.StandardError.ReadToEndAsync();
        _reading = ReadAsync();
    }

    internal static EchoProcess Start(params string[] arguments) => new(arguments);

    /// <summary>Starts a listener and returns it with the address from its first line.</summary>
    internal static async Task<(EchoProcess Process, Multiaddr Address)> ListenAsync(params string[] arguments)
    {
        var process = Start(["listen", .. arguments]);
        var first = JsonNode.Parse(await process.ReadLineAsync())!;
        Assert.Equal("listening", first["event"]!.GetValue<string>());
        var address = Multiaddr.Parse(first["addrs"]![0]!.GetValue<string>());
        Assert.Equal(first["peerId"]!.GetValue<string>(), address.PeerId.ToString());
        return (process, address);
    }

    /// <summary>Runs all checks against a peer and returns the exit code, what each check said, and the standard error.</summary>
    internal static async Task<(int ExitCode, IReadOnlyList<JsonNode> Lines, string Errors)> DialAsync(string address, params string[] arguments)
    {
        await using var process = Start(["dial", address, .. arguments]);
        await process._process.WaitForExitAsync().InTimeAsync("the dialler ends");
        await process._reading.InTimeAsync("its output ends");
        List<JsonNode> lines = [];
        await foreach (var line in process._lines.Reader.ReadAllAsync())
            lines.Add(JsonNode.Parse(line)!);
        return (process._process.ExitCode, lines, await process._errors);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync().InTimeAsync("the process ends");
        _process.Dispose();
    }

    private async Task<string> ReadLineAsync() =>
        await _lines.Reader.WaitToReadAsync().InTimeAsync("the process says something") && _lines.Reader.TryRead(out var line)
            ? line
            : throw new InvalidOperationException($"The process ended without a word on its output: {await _errors}");

    private async Task ReadAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
            _lines.Writer.TryWrite(line);
        _lines.Writer.Complete();
    }
}
