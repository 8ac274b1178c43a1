using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Replication.Administration;
using Orleans.Replication.Administration.Wire;
using Orleans.Replication.Libp2p;
using Orleans.Replication.Raft;

namespace Orleans.Replication.Tests.Administration;

/// <summary>What a silo's operator is told about a group.</summary>
public sealed class AdminStatusTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(null, "")]
    [InlineData("The states differ at log index 9.", "The states differ at log index 9.")]
    public async Task It_says_that_the_states_of_the_members_are_apart(string? divergence, string told)
    {
        var status = new RaftGroupStatus
        {
            Name = "default",
            Role = RaftRole.Follower,
            Term = 1,
            Leader = "leader",
            CommitIndex = 10,
            AppliedIndex = 10,
            Members = [],
            Divergence = divergence,
        };
        using var identity = PeerIdentity.Generate();
        using var administrator = PeerIdentity.Generate();
        await using var silo = new Libp2pHost(new Libp2pOptions { Identity = identity, ListenAddresses = { Multiaddr.Parse("/ip4/127.0.0.1/tcp/0") }, Gater = new PeerAllowList(administrator.PeerId) });
        using var server = new AdminServer(
            () => new Host(identity.PeerId.ToString()), () => new StatusManager(() => [status]), Options.Create(new RaftReplicationOptions()), NullLogger<AdminServer>.Instance);
        server.Register(silo, peer => peer == administrator.PeerId);
        await silo.StartAsync(Cancelled);
        await using var caller = new Libp2pHost(new Libp2pOptions { Identity = administrator, Gater = new PeerAllowList(identity.PeerId) });
        await caller.StartAsync(Cancelled);
        await caller.ConnectAsync(Multiaddr.Parse($"{silo.ListenAddresses[0]}/p2p/{silo.PeerId}"), Cancelled);
        await using var stream = await caller.NewStreamAsync(identity.PeerId, new ProtocolId(AdminMessages.ProtocolId), Cancelled);
        var requests = new AdminMessages(stream.Output.AsStream(leaveOpen: true));
        await requests.WriteAsync(new AdminHello { Version = AdminMessages.Version }, Cancelled);
        await requests.WriteAsync(new AdminRequest { Status = new StatusRequest() }, Cancelled);
        var answer = await new AdminMessages(stream.Input.AsStream(leaveOpen: true)).ReadAsync(AdminResponse.Parser, AdminMessages.MaxMessageBytes, Cancelled);
        Assert.Equal(told, Assert.Single(answer!.Status.Groups).Divergence);
    }

    private sealed class Host(string peerId) : IReplicationHost
    {
        public string PeerId => peerId;

        public IReadOnlyList<RaftGroup> Groups => [];

        public RaftGroup GetGroup(string name) => throw new NotSupportedException();

        public IReadOnlyList<string> GetAddresses(string peerId) => [];

        public RaftPeer? ReadPeer(string? address) => null;
    }
}
