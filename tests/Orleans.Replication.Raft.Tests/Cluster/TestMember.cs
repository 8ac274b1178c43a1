using System.Net;
using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Orleans.Replication.Raft.Tests.Cluster;

/// <summary>One member of a test's group, which can be stopped and started again on the same folder.</summary>
internal sealed class TestMember(TestNetwork network, string id, IReadOnlyList<RaftPeer> voters, string folder, Func<RaftGroupOptions, RaftGroupOptions> configure)
    : IAsyncDisposable
{
    private RaftNode? _node;

    public string Id => id;

    public string Folder => folder;

    public KeyValueTable Table { get; private set; } = new();

    /// <summary>The clock of the next start.</summary>
    public TimeProvider Time { get; set; } = TimeProvider.System;

    public RaftGroup Group => RunningGroup ?? throw new InvalidOperationException($"{id} is not running.");

    /// <summary>Null while it is not running.</summary>
    public RaftGroup? RunningGroup => _node?.Groups["default"];

    public bool IsRunning => _node is not null;

    public bool IsLeader => IsRunning && Group.GetStatus().Role == RaftRole.Leader;

    public async Task StartAsync(ILoggerFactory? loggers = null)
    {
        Table = new KeyValueTable();
        var options = configure(new RaftGroupOptions { Voters = voters, Tables = [Table] });
        var node = new RaftNode(
            new RaftNodeOptions
            {
                ClusterId = "test",
                Local = Peer(id),
                DataDirectory = folder,
                RaftConnections = network.Dialler(id, "raft"),
                RaftListener = network.Listen(id, "raft"),
                GroupConnections = network.Dialler(id, "group"),
                GroupListener = network.Listen(id, "group"),
                IdentifyPeer = TestNetwork.Identify,
            },
            [options],
            loggers ?? NullLoggerFactory.Instance,
            Time);
        _node = node;
        await node.StartAsync();
    }

    public async Task StopAsync(CancellationToken cancellationToken = default)
    {
        if (Interlocked.Exchange(ref _node, null) is not { } node)
            return;
        await node.StopAsync(cancellationToken);
        await node.DisposeAsync();
    }

    /// <summary>Loses the disk.</summary>
    public void Wipe() => Directory.Delete(folder, recursive: true);

    public string? Read(string key) =>
        Group.GetReader("kv").TryGet(Encoding.UTF8.GetBytes(key), out var record) ? Encoding.UTF8.GetString(record.Value.Span) : null;

    public async Task<string?> ReadLinearizableAsync(string key, CancellationToken cancellationToken = default)
    {
        await Group.ReadBarrierAsync(cancellationToken);
        return Read(key);
    }

    public async ValueTask DisposeAsync() => await StopAsync();

    public static RaftPeer Peer(string id) => new(id, new DnsEndPoint(id, 1));
}
