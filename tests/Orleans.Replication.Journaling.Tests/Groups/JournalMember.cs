using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Configuration;
using Orleans.Journaling;
using Orleans.Replication.Groups;
using Orleans.Replication.Journaling.Provider;
using Orleans.Replication.Journaling.Records;
using Orleans.Replication.Raft;
using Orleans.Replication.Raft.Tests.Cluster;
using Orleans.Replication.States;
using Orleans.Serialization;

namespace Orleans.Replication.Journaling.Tests.Groups;

/// <summary>A member of a test's group with the provider on it, but without a silo around it.</summary>
internal sealed class JournalMember(TestNetwork network, RaftPeer self, IReadOnlyList<RaftPeer> voters, string folder) : IReplicationHost, IAsyncDisposable
{
    /// <summary>The key of the format that the provider writes.</summary>
    public const string Format = "test-format";

    /// <summary>How many bytes a command may have.</summary>
    public const int MaxCommandBytes = 64 << 10;

    private RaftNode? _node;

    public RaftGroup Group => _node?.Groups[ReplicationGroups.Default] ?? throw new InvalidOperationException($"{self.Id} is not running.");

    /// <summary>How the provider on this member uses the group; null for its replica.</summary>
    public Func<IGroupAccess>? Access { private get; set; }

    /// <summary>What reads operations.</summary>
    public ServiceProvider Services { get; } = new ServiceCollection().AddSerializer().AddSingleton<OperationRunners>().BuildServiceProvider();

    public string PeerId => self.Id;

    public IReadOnlyList<RaftGroup> Groups => [Group];

    public bool IsLeader => _node is not null && Group.GetStatus().Role == RaftRole.Leader;

    public RaftGroup GetGroup(string name) => Group;

    public IReadOnlyList<string> GetAddresses(string peerId) => [];

    public RaftPeer? ReadPeer(string? address) => null;

    /// <summary>Makes the provider on this member.</summary>
    public RaftJournalStorageProvider CreateProvider(string name = "journals", int compactionThresholdBytes = RaftJournalStorageOptions.DefaultCompactionThresholdBytes) =>
        new(name, Format, new() { CompactionThresholdBytes = compactionThresholdBytes }, new(() => Access?.Invoke() ?? new LocalGroupAccess(Group)));

    /// <summary>Makes a journal's storage on this member, as a new activation does.</summary>
    public IJournalStorage Open(string id) => CreateProvider().CreateStorage(new(id));

    public async Task StartAsync()
    {
        _node = new RaftNode(
            new RaftNodeOptions
            {
                ClusterId = "test",
                Local = self,
                DataDirectory = folder,
                RaftConnections = network.Dialler(self.Id, "raft"),
                RaftListener = network.Listen(self.Id, "raft"),
                GroupConnections = network.Dialler(self.Id, "group"),
                GroupListener = network.Listen(self.Id, "group"),
                IdentifyPeer = TestNetwork.Identify,
            },
            [new RaftGroupOptions { Voters = voters, Tables = [new JournalSegmentTable(), new StatesTable(Services.GetRequiredService<Serializer>(), Services.GetRequiredService<OperationRunners>())], MaxCommandBytes = MaxCommandBytes }],
            NullLoggerFactory.Instance);
        await _node.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _node, null) is { } node)
            await node.DisposeAsync();
        await Services.DisposeAsync();
    }
}
