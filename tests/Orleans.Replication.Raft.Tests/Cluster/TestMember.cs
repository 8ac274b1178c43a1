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

    /// <summary>Stops it, and leaves on its disk what was there while it ran: what another process would find if this one had been killed.</summary>
    public async Task StopAsKilledAsync()
    {
        var copy = folder + "-as-killed";
        foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Where(file => Path.GetFileName(file) is not ("lock" or "LOCK")))
        {
            var target = Path.Combine(copy, Path.GetRelativePath(folder, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            await using var source = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            await using var destination = File.Create(target);
            await source.CopyToAsync(destination);
        }

        await StopAsync();
        Wipe();
        Directory.Move(copy, folder);
    }

    /// <summary>Loses the disk.</summary>
    public void Wipe() => Directory.Delete(folder, recursive: true);

    public string? Read(string key) =>
        Group.GetReader("kv").TryGet(Encoding.UTF8.GetBytes(key), out var record) ? Encoding.UTF8.GetString(record.Value.Span) : null;

    /// <summary>The whole table, versions included.</summary>
    public string Dump() => string.Join(
        '\n',
        Group.GetReader("kv").Scan(default).Select(record => $"{Convert.ToHexString(record.Key.Span)} {record.Value.Version} {Convert.ToHexString(record.Value.Value.Span)}"));

    /// <summary>Waits until its role is this one.</summary>
    public Task WaitForRoleAsync(RaftRole role) => Eventually.TrueAsync($"{id} to be {role}", () => Group.GetStatus().Role == role);

    public IReadOnlyList<string> Voters() => [.. Group.GetStatus().Members.Where(member => member.Role == RaftMemberRole.Voter).Select(member => member.Id)];

    /// <summary>Becomes a voter of the group that another member is in.</summary>
    public Task AddToAsync(TestMember member) => member.Group.AddVoterAsync(Peer(id));

    /// <summary>Has it removed by another member, for as long as it takes: a leader that is removed hands over first, and an election may take longer than a change may.</summary>
    public async Task RemoveByAsync(TestMember member)
    {
        while (true)
        {
            try
            {
                await member.Group.RemoveAsync(id);
                return;
            }
            catch (Exception e) when (e is GroupUnavailableException or OutcomeUnknownException)
            {
                // Safe to repeat.
            }
        }
    }

    /// <summary>Takes snapshots until the log does not go back to its beginning.</summary>
    public async Task ForgetLogAsync()
    {
        var first = Path.Combine(folder, "groups", "default", "log", "metadata", "0");
        while (File.Exists(first))
        {
            for (var i = 0; i < 130; i++)
                await Group.ProposeAsync(KeyValueTable.Put("before", "value"));
            Assert.True(await Group.TakeSnapshotAsync() > 0);
            await Group.ProposeAsync(KeyValueTable.Put("after", "the snapshot"));
        }
    }

    public async Task<string?> ReadLinearizableAsync(string key, CancellationToken cancellationToken = default)
    {
        await Group.ReadBarrierAsync(cancellationToken);
        return Read(key);
    }

    public async ValueTask DisposeAsync() => await StopAsync();

    public static RaftPeer Peer(string id) => new(id, new DnsEndPoint(id, 1));
}
