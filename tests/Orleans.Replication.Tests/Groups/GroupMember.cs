using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Providers;
using Orleans.Replication.Clustering.Membership;
using Orleans.Replication.Clustering.Provider;
using Orleans.Replication.GrainDirectories.Provider;
using Orleans.Replication.GrainDirectories.Records;
using Orleans.Replication.Groups;
using Orleans.Replication.Journals.Provider;
using Orleans.Replication.Journals.Records;
using Orleans.Replication.Raft;
using Orleans.Replication.Raft.Tests.Cluster;
using Orleans.Replication.Reminders.Provider;
using Orleans.Replication.Reminders.Records;
using Orleans.Replication.States;
using Orleans.Replication.States.History;
using Orleans.Replication.Storage.Records;
using Orleans.Replication.Streams.Records;
using Orleans.Replication.Transactions.Provider;
using Orleans.Replication.Transactions.Records;
using Orleans.Runtime;
using Orleans.Serialization;
using Orleans.Storage;

namespace Orleans.Replication.Tests.Groups;

/// <summary>A member of a test's group with the providers on it, but without a silo around them. Can be stopped and started again on the same folder.</summary>
internal sealed class GroupMember(TestNetwork network, RaftPeer self, IReadOnlyList<RaftPeer> voters, string folder, TestGroupOptions options)
    : IReplicationHost, IGroupAccesses, IAsyncDisposable
{
    private RaftNode? _node;
    private ServiceProvider? _services;

    public RaftGroup Group => _node?.Groups[ReplicationGroups.Default] ?? throw new InvalidOperationException($"{PeerId} is not running.");

    /// <summary>How the providers on this member use the group.</summary>
    public Func<IGroupAccess>? Access { private get; set; }

    private IGroupAccess Use => Access?.Invoke() ?? new LocalGroupAccess(Group);

    public int MaxCommandBytes => options.MaxCommandBytes;

    public bool IsLeader => _node is not null && Group.GetStatus().Role == RaftRole.Leader;

    public string PeerId => self.Id;

    public IReadOnlyList<RaftGroup> Groups => [Group];

    public RaftGroup GetGroup(string name) => _node is null ? throw new ReplicationUnavailableException($"{PeerId} is not running.") : Group;

    public IGroupAccess Get(string group) => Use;

    public IReadOnlyList<string> GetAddresses(string peerId) => [.. voters.Where(voter => voter.Id == peerId).Select(voter => voter.EndPoint.ToString()!)];

    public RaftPeer? ReadPeer(string? address) => voters.FirstOrDefault(voter => voter.EndPoint.ToString() == address);

    public IServiceProvider Services => _services ??= BuildServices();

    /// <summary>The group as silo services have it.</summary>
    public IReplicationGroup Transactions => Services.GetRequiredService<IReplicationGroup>();

    public IGrainStorage Storage(string provider) => Services.GetRequiredKeyedService<IGrainStorage>(provider);

    /// <summary>Makes the membership table of an Orleans cluster on this member.</summary>
    public RaftMembershipTable CreateMembershipTable(string clusterId, ShutdownLimit? shutdown = null, SiloAddress? self = null) => new(
        Options.Create(new ClusterOptions { ClusterId = clusterId }),
        () => Use,
        () => self,
        shutdown ?? NoLimit(),
        TimeProvider.System,
        NullLogger<RaftMembershipTable>.Instance);

    /// <summary>Makes the reminder table of an Orleans service on this member.</summary>
    public RaftReminderTable CreateReminderTable(string serviceId) =>
        new(Options.Create(new ClusterOptions { ServiceId = serviceId }), () => Use);

    /// <summary>Makes a grain directory on this member.</summary>
    public RaftGrainDirectory CreateGrainDirectory(string name, ShutdownLimit? shutdown = null) => new(name, () => Use, shutdown ?? NoLimit());

    /// <summary>Makes a grain's journal on this member.</summary>
    public Journal CreateJournal(GrainId grain) => new(JournalKeys.Header("journals", grain), () => Use);

    /// <summary>Makes the storage of transactional states on this member.</summary>
    public RaftTransactionalStateStorageFactory CreateTransactionalStorage(string name) => new(
        name,
        new() { GrainStorageSerializer = Services.GetRequiredService<IGrainStorageSerializer>() },
        () => Use,
        SiloServices.Serializer);

    public async Task StartAsync()
    {
        var group = new RaftGroupOptions
        {
            Voters = voters,
            Tables =
            [
                new GrainStorageTable(), new MembershipStateTable(), options.Reminders ?? new ReminderStateTable(), new DirectoryStateTable(), new TransactionStateTable(),
                new JournalTable(new JournalFeed()), new StreamPositionTable(), States(),
            ],
            ProposalTimeout = options.ProposalTimeout,
            ReadTimeout = options.ReadTimeout,
            MaxCommandBytes = options.MaxCommandBytes,
        };
        var node = new RaftNode(
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
            [group],
            NullLoggerFactory.Instance);
        _node = node;
        await node.StartAsync();
    }

    public async Task StopAsync()
    {
        if (Interlocked.Exchange(ref _node, null) is { } node)
            await node.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        if (_services is not null)
            await _services.DisposeAsync();
    }

    private StatesTable States() => new(Services.GetRequiredService<Serializer>(), Services.GetRequiredService<OperationRunners>())
    {
        History = new StateHistory(options.HistoryChanges),
    };

    private ServiceProvider BuildServices()
    {
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.None));
        services.AddSerializer();
        services.AddSingleton<IReplicationHost>(this);
        services.AddSingleton<IGroupAccesses>(this);
        services.AddSingleton<IGrainStorageSerializer, OrleansGrainStorageSerializer>();
        services.AddSingleton<OperationRunners>();
        services.AddSingleton(typeof(StateSerializer<>));
        services.AddSingleton<IReplicationGroup>(provider => new ReplicationGroup(ReplicationGroups.Default, provider));
        services.AddRaftGrainStorage(TestGroup.Tombstones);
        services.AddRaftGrainStorage(TestGroup.Deletes, storage => storage.DeleteStateOnClear = true);
        services.AddRaftGrainStorage(ProviderConstants.DEFAULT_PUBSUB_PROVIDER_NAME);
        ShutdownLimit.AddTo(services);
        return services.BuildServiceProvider();
    }

    private static ShutdownLimit NoLimit() => new(Options.Create(new RaftReplicationOptions()), TimeProvider.System);
}
