using Microsoft.Extensions.Time.Testing;
using Orleans.Replication.Libp2p;
using Orleans.Replication.Raft.Tests.Cluster;
using Orleans.Replication.Transport;

namespace Orleans.Replication.Tests.Transport;

/// <summary>Strangers at the door of a silo: real libp2p hosts.</summary>
public sealed class StrangerGaterTests
{
    [Fact]
    public async Task So_many_strangers_get_in_and_no_more_and_members_always_do()
    {
        using var member = PeerIdentity.Generate();
        await using var silo = await StartAsync(new StrangerGater(new PeerAllowList([member.PeerId]), TimeProvider.System));
        var strangers = new List<Libp2pHost>();
        for (var i = 0; i < StrangerGater.MaxConnections; i++)
        {
            strangers.Add(await StartAsync());
            await strangers[i].ConnectAsync(AddressOf(silo));
        }

        await using var oneMore = await StartAsync();
        await Assert.ThrowsAnyAsync<Libp2pException>(async () => await oneMore.ConnectAsync(AddressOf(silo)));
        await using var known = await StartAsync(identity: member);
        await known.ConnectAsync(AddressOf(silo));

        // Who goes makes room.
        await strangers[0].DisposeAsync();
        await Eventually.TrueAsync("there is room again", () => silo.Connections.Count == StrangerGater.MaxConnections);
        while (await Record.ExceptionAsync(async () => await oneMore.ConnectAsync(AddressOf(silo))) is { } error)
            Assert.IsAssignableFrom<Libp2pException>(error); // A connection is off the list a moment before it is counted out.
        foreach (var stranger in strangers)
            await stranger.DisposeAsync();
    }

    [Fact]
    public async Task A_stranger_is_sent_away_when_its_time_is_over_and_a_member_is_not()
    {
        using var member = PeerIdentity.Generate();
        var time = new StoppedTime();
        await using var silo = await StartAsync(new StrangerGater(new PeerAllowList([member.PeerId]), time));
        await using var stranger = await StartAsync();
        await using var known = await StartAsync(identity: member);
        await stranger.ConnectAsync(AddressOf(silo));
        await known.ConnectAsync(AddressOf(silo));
        await Eventually.TrueAsync("both are connected", () => silo.Connections.Count == 2 && time.HasTimer);

        time.Elapse();

        await Eventually.TrueAsync("the stranger is gone", () => stranger.Connections.Count == 0);
        Assert.Equal(member.PeerId, Assert.Single(silo.Connections).RemotePeer);
    }

    [Fact]
    public async Task A_stranger_that_becomes_a_guest_stays_and_makes_room_for_the_next()
    {
        var guests = new Guests();
        var time = new FakeTimeProvider();
        await using var silo = await StartAsync(new StrangerGater(new PeerAllowList([]), time, guests));
        var hosts = new List<Libp2pHost>();
        for (var i = 0; i < StrangerGater.MaxConnections + 2; i++)
        {
            var host = await StartAsync();
            hosts.Add(host);
            while (await Record.ExceptionAsync(async () => await host.ConnectAsync(AddressOf(silo))) is { } error)
                Assert.IsAssignableFrom<Libp2pException>(error); // A guest is off the list of strangers a moment after it was admitted.
            if (i >= 2)
                continue;
            await Eventually.TrueAsync("the silo has it", () => silo.Connections.Any(connection => connection.RemotePeer == host.PeerId && guests.IsStranger(connection)));
            var connection = silo.Connections.Single(connection => connection.RemotePeer == host.PeerId);
            Assert.True(guests.TryAdmit(connection));
            Assert.True(guests.TryAdmit(connection));
            Assert.Equal((i + 1, false), (guests.Count, guests.IsStranger(connection)));
        }

        await Eventually.TrueAsync("all are connected", () => silo.Connections.Count == hosts.Count);
        await Eventually.TrueAsync("the strangers are gone", () =>
        {
            time.Advance(StrangerGater.MaxLifetime);
            return silo.Connections.Count == 2;
        });
        Assert.Equal(hosts.Take(2).Select(host => host.PeerId).Order(), silo.Connections.Select(connection => connection.RemotePeer).Order());
        foreach (var host in hosts)
            await host.DisposeAsync();
        await Eventually.TrueAsync("no guest is left", () => guests.Count == 0);
    }

    [Fact]
    public async Task Strangers_are_not_dialled()
    {
        var gater = new StrangerGater(new PeerAllowList([]), TimeProvider.System);
        await using var silo = await StartAsync(gater);
        await using var stranger = await StartAsync();

        await Assert.ThrowsAsync<PeerNotAllowedException>(async () => await silo.ConnectAsync(AddressOf(stranger)));
    }

    private static Multiaddr AddressOf(Libp2pHost host) => host.ListenAddresses[0].WithPeerId(host.PeerId);

    private static async Task<Libp2pHost> StartAsync(IConnectionGater? gater = null, PeerIdentity? identity = null)
    {
        var host = new Libp2pHost(new Libp2pOptions
        {
            ListenAddresses = { Multiaddr.Parse("/ip4/127.0.0.1/tcp/0") },
            IdentifyOnConnect = false,
            Gater = gater,
            Identity = identity,
        });
        await host.StartAsync();
        return host;
    }

    /// <summary>Time that passes all at once.</summary>
    private sealed class StoppedTime : TimeProvider
    {
        private TimerCallback? _callback;
        private object? _state;

        internal bool HasTimer => Volatile.Read(ref _callback) is not null;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            _state = state;
            Volatile.Write(ref _callback, callback);
            return new Timer(_ => { }, null, Timeout.Infinite, Timeout.Infinite);
        }

        internal void Elapse() => _callback!(_state);
    }
}
