using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Replication.Access;
using Orleans.Replication.Groups;
using Orleans.Replication.Libp2p;

namespace Orleans.Replication.Tests.Groups;

/// <summary>The access protocol in front of a member of a test's group: a real door on loopback, without a silo around it.</summary>
internal sealed class GroupDoor : IAsyncDisposable
{
    private const string Token = "what clients and silos share";

    private readonly Libp2pHost _host = new(new Libp2pOptions { ListenAddresses = { Multiaddr.Parse("/ip4/127.0.0.1/tcp/0") }, IdentifyOnConnect = false });
    private readonly AccessServer _server;

    private GroupDoor(IReplicationHost member, IServiceProvider services, int maxCommandBytes) => _server = new AccessServer(
        () => member,
        ActivatorUtilities.CreateInstance<AccessAnswers>(services, ActivatorUtilities.CreateInstance<Replication.States.CommandCheck>(
            services, ActivatorUtilities.CreateInstance<Replication.States.CommittedOperations>(services))),
        new AccessWatches(TimeProvider.System),
        new AccessTableWatches(TimeProvider.System),
        new AccessScans(TimeProvider.System),
        Options.Create(new RaftReplicationOptions { AccessToken = Token, MaxCommandBytes = maxCommandBytes }),
        Options.Create(new ClusterOptions { ClusterId = "test" }),
        TimeProvider.System,
        NullLogger<AccessServer>.Instance);

    /// <summary>Where it is.</summary>
    public string Address => _host.ListenAddresses[0].WithPeerId(_host.PeerId).ToString();

    /// <summary>Opens one.</summary>
    /// <param name="member">The member.</param>
    /// <param name="services">What reads operations there.</param>
    /// <param name="maxCommandBytes">How large a command may be.</param>
    public static async Task<GroupDoor> OpenAsync(IReplicationHost member, IServiceProvider services, int maxCommandBytes = 8 << 20)
    {
        var door = new GroupDoor(member, services, maxCommandBytes);
        door._server.Register(door._host);
        await door._host.StartAsync(TestContext.Current.CancellationToken);
        return door;
    }

    /// <summary>Who comes from outside, and knows some doors.</summary>
    public static AccessClient Connect(TimeSpan? timeout, params IEnumerable<string> doors) => new(
        Options.Create(new RaftAccessOptions { Seeds = [.. doors], AccessToken = Token, RequestTimeout = timeout ?? TimeSpan.FromSeconds(20) }),
        Options.Create(new ClusterOptions { ClusterId = "test" }),
        TimeProvider.System,
        NullLoggerFactory.Instance);

    /// <summary>The groups as a process has them that holds no replica.</summary>
    public static RemoteGroupAccesses Groups(AccessClient client) => new(client, TimeProvider.System, NullLogger<RemoteJournals>.Instance);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        _server.Dispose();
    }
}
