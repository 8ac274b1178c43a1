using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Orleans.Replication.Benchmarks.Transports;

/// <summary>A js-libp2p node of the interoperability tests in a process of its own.</summary>
internal sealed class JsNode : IAsyncDisposable
{
    private readonly Process _process;

    private JsNode(Process process) => _process = process;

    public int ProcessId => _process.Id;

    /// <summary>Where it listens.</summary>
    public string Address { get; private set; } = "";

    /// <summary>The folder of the node and its packages; null where they are not installed.</summary>
    public static string? FindFolder()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var candidate = Path.Combine(folder.FullName, "tests", "Orleans.Replication.Libp2p.Tests", "Interop", "js");
            if (Directory.Exists(Path.Combine(candidate, "node_modules")))
                return candidate;
        }

        return null;
    }

    public static async Task<JsNode> StartAsync(string folder, CancellationToken cancellationToken)
    {
        var node = new JsNode(Process.Start(new ProcessStartInfo("node", ["peer.mjs"])
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!);
        var ready = await node.ReadUntilAsync(message => (string?)message["event"] == "ready", cancellationToken);
        node.Address = (string)ready["addresses"]![0]!;
        return node;
    }

    /// <summary>Uploads to another node over the libp2p perf protocol, and waits until that one has taken all of it.</summary>
    public async Task UploadAsync(string address, long bytes, CancellationToken cancellationToken)
    {
        var command = new JsonObject { ["id"] = 1, ["do"] = "perf", ["address"] = address, ["upload"] = bytes, ["download"] = 0 };
        await _process.StandardInput.WriteLineAsync(command.ToJsonString().AsMemory(), cancellationToken);
        await _process.StandardInput.FlushAsync(cancellationToken);
        var answer = await ReadUntilAsync(message => message["id"] is not null, cancellationToken);
        if (answer["error"] is { } error)
            throw new InvalidOperationException($"js-libp2p failed: {error}");
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close(); // Its sign to end.
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private async Task<JsonNode> ReadUntilAsync(Func<JsonNode, bool> wanted, CancellationToken cancellationToken)
    {
        while (await _process.StandardOutput.ReadLineAsync(cancellationToken) is { } line)
        {
            var message = JsonNode.Parse(line)!;
            if (wanted(message))
                return message;
        }

        throw new InvalidOperationException("The js-libp2p node ended; its reason is above.");
    }
}
