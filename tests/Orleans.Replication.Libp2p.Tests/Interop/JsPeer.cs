using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json.Nodes;
using Orleans.Replication.Libp2p.Tests.Support;

namespace Orleans.Replication.Libp2p.Tests.Interop;

/// <summary>A js-libp2p node in a process of its own (Interop/js/peer.mjs): it listens, and dials when told to.</summary>
public sealed class JsPeer : IAsyncLifetime
{
    private readonly ConcurrentDictionary<int, TaskCompletionSource<JsonNode>> _commands = new();
    private readonly ConcurrentDictionary<string, Task<JsonNode>> _started = new();
    private readonly ConcurrentQueue<string> _errors = new();
    private readonly List<JsonNode> _events = [];
    private readonly TaskCompletionSource<JsonNode> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private string? _whyNot;
    private Process? _process;
    private Task _reading = Task.CompletedTask;
    private int _lastCommand;

    /// <summary>Where it listens, with its peer id.</summary>
    public Multiaddr Address { get; private set; } = null!;

    public PeerId PeerId => Address.PeerId!.Value;

    /// <summary>Skips the calling test where there is no Node.</summary>
    public void Require()
    {
        if (_whyNot is not null)
            Assert.Skip(_whyNot);
    }

    public async ValueTask InitializeAsync()
    {
        _whyNot = await NodePackages.WhyNotAsync();
        if (_whyNot is not null)
            return;

        await NodePackages.InstallOnceAsync();
        _process = Process.Start(new ProcessStartInfo("node", ["peer.mjs"])
        {
            WorkingDirectory = NodePackages.Folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        _process.ErrorDataReceived += (_, line) => _errors.Enqueue(line.Data ?? string.Empty);
        _process.BeginErrorReadLine();
        _reading = ReadAsync(_process.StandardOutput);
        var ready = await _ready.Task.InTimeAsync("the js-libp2p node listens");
        Address = Multiaddr.Parse(ready["addresses"]![0]!.GetValue<string>());
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is null)
            return;

        _process.StandardInput.Close(); // Its sign to end.
        await _process.WaitForExitAsync().InTimeAsync("the js-libp2p process ends with its standard input");
        await _reading;
        _process.Dispose();
    }

    /// <summary>Lets the node do something (see Interop/js/dial.mjs) and returns its answer.</summary>
    internal Task<JsonNode> DoAsync(string command, Multiaddr address, JsonObject? arguments = null)
    {
        var message = arguments ?? [];
        message["address"] = address.ToString();
        return DoAsync(command, message);
    }

    /// <summary>Starts another node in the same process, once, and returns where it listens. Commands with <c>node</c> set to its name are for it.</summary>
    internal async Task<Multiaddr> StartAsync(string name, string security, bool early)
    {
        var started = _started.GetOrAdd(
            name, _ => DoAsync("start", new JsonObject { ["name"] = name, ["security"] = security, ["early"] = early }));
        return Multiaddr.Parse((await started)["addresses"]![0]!.GetValue<string>());
    }

    private async Task<JsonNode> DoAsync(string command, JsonObject message)
    {
        var id = Interlocked.Increment(ref _lastCommand);
        var answer = _commands[id] = new(TaskCreationOptions.RunContinuationsAsynchronously);
        (message["id"], message["do"]) = (id, command);
        await _process!.StandardInput.WriteLineAsync(message.ToJsonString());
        await _process.StandardInput.FlushAsync();
        return await answer.Task.InTimeAsync($"js-libp2p answers to '{command}'");
    }

    /// <summary>Waits until the node reports something (see Interop/js/serve.mjs), from now on or since it started.</summary>
    internal async Task<JsonNode> ReportAsync(string happened, string protocol)
    {
        JsonNode? found = null;
        await Eventually.TrueAsync(
            () =>
            {
                lock (_events)
                    found = _events.Find(e => e["event"]!.GetValue<string>() == happened && e["protocol"]?.GetValue<string>() == protocol);
                return found is not null;
            },
            $"js-libp2p reports '{happened}' for {protocol}");
        return found!;
    }

    private async Task ReadAsync(StreamReader output)
    {
        while (await output.ReadLineAsync() is { } line)
            Take(JsonNode.Parse(line)!);

        var error = new InvalidOperationException($"The js-libp2p process ended:\n{string.Join('\n', _errors)}");
        _ready.TrySetException(error);
        foreach (var command in _commands.Values)
            command.TrySetException(error);
    }

    private void Take(JsonNode message)
    {
        if (message["id"] is { } id && _commands.TryRemove(id.GetValue<int>(), out var command))
        {
            if (message["result"] is { } result)
                command.SetResult(result);
            else
                command.SetException(new JsPeerException(message["error"]!.GetValue<string>()));
        }
        else if (message["event"]?.GetValue<string>() == "ready")
        {
            _ready.SetResult(message);
        }
        else
        {
            lock (_events)
                _events.Add(message);
        }
    }
}
