using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Orleans.Configuration;
using Orleans.Replication.Joining;
using Orleans.Replication.Joining.Wire;
using Orleans.Replication.Libp2p;
using Orleans.Replication.Transport;

namespace Orleans.Replication.Tests.Joining;

/// <summary>A door that is asked too much: real libp2p hosts, no silo behind it, and a clock that stands still.</summary>
public sealed class JoinRateTests
{
    private const string Token = "what those share who may join";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task More_requests_than_the_door_takes_in_a_second_are_refused()
    {
        var time = new FakeTimeProvider();
        using var door = new JoinServer(
            () => throw new ReplicationUnavailableException("It has not started."),
            Options.Create(new RaftReplicationOptions { JoinToken = Token }),
            Options.Create(new ClusterOptions { ClusterId = "test" }),
            time,
            NullLogger<JoinServer>.Instance);
        await using var silo = await StartAsync(new Libp2pOptions
        {
            ListenAddresses = { Multiaddr.Parse("/ip4/127.0.0.1/tcp/0") },
            IdentifyOnConnect = false,
            Gater = door.Admit(new PeerAllowList([])),
        });
        door.Register(silo);
        await using var stranger = await StartAsync(new Libp2pOptions { IdentifyOnConnect = false });
        await stranger.ConnectAsync(silo.ListenAddresses[0].WithPeerId(silo.PeerId), Cancelled);

        for (var second = 0; second < 2; second++)
        {
            for (var i = 0; i < JoinServer.MaxRequestsPerSecond; i++)
                Assert.Equal(JoinRefusal.NotReady, await AskAsync(stranger, silo.PeerId));
            Assert.Equal(JoinRefusal.Busy, await AskAsync(stranger, silo.PeerId));
            time.Advance(TimeSpan.FromSeconds(1));
        }
    }

    private static async Task<Libp2pHost> StartAsync(Libp2pOptions options)
    {
        var host = new Libp2pHost(options);
        await host.StartAsync(Cancelled);
        return host;
    }

    private static async Task<JoinRefusal> AskAsync(Libp2pHost stranger, PeerId silo)
    {
        var stream = await stranger.NewStreamAsync(silo, JoinProtocol.Id, Cancelled);
        await using (stream)
        {
            var request = new JoinRequest { Version = JoinProtocol.Version, Token = Token, Cluster = "test", Groups = { "default" } };
            request.Addresses.Add($"/ip4/127.0.0.1/tcp/4001/p2p/{stranger.PeerId}");
            await SingleMessage.WriteAsync(stream, request, Cancelled);
            return (await SingleMessage.ReadAsync(stream.Input, JoinReply.Parser, JoinProtocol.MaxReplyBytes, Cancelled)).Refusal;
        }
    }
}
