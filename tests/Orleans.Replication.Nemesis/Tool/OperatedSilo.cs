using Orleans.Replication.Nemesis.Processes;

namespace Orleans.Replication.Nemesis.Tool;

/// <summary>A silo on its own, as a process, with an administrator and a token, shared by the tests of a class.</summary>
public sealed class OperatedSilo : IAsyncLifetime
{
    internal const string Token = "a token of a test, long enough";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("orleans-replication-tool-");

    internal KeyValueSilo Silo { get; private set; } = null!;

    /// <summary>Where the silo is reached, with its peer id.</summary>
    internal string Address { get; private set; } = "";

    internal string Data => this["silo"];

    /// <summary>The administrator's identity.</summary>
    internal string Identity => Path.Combine(this["operator"], "identity.key");

    internal string this[string name] => Path.Combine(_folder.FullName, name);

    public async ValueTask InitializeAsync()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var ports = LoopbackPorts.Take(4);
        var peerId = await Keygen.RunAsync(Data, cancellationToken);
        var administrator = await Keygen.RunAsync(this["operator"], cancellationToken);
        var listen = $"/ip4/127.0.0.1/tcp/{ports[3]}";
        Address = $"{listen}/p2p/{peerId}";
        Silo = new KeyValueSilo(
            "silo",
            peerId,
            [
                "--data", Data,
                "--silo-port", $"{ports[0]}",
                "--gateway-port", $"{ports[1]}",
                "--http", $"{ports[2]}",
                "--listen", listen,
                "--peers", Address,
            ],
            ports[2],
            this["silo.log"],
            new Dictionary<string, string>
            {
                ["Orleans__Replication__Administrators__0"] = administrator,
                ["Orleans__Replication__AdminToken"] = Token,
            });
        await StartAsync();
    }

    internal async Task StartAsync()
    {
        await Silo.StartAsync();
        await KeyValueCluster.WaitUntilReadyAsync([Silo], TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await Silo.DisposeAsync();
        _folder.Delete(recursive: true);
    }
}
