using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Replication.Libp2p.Tests.Support;

namespace Orleans.Replication.Libp2p.Tests.Hosts;

public sealed class LifetimeTests
{
    [Fact]
    public async Task A_stop_cancels_handlers_closes_connections_and_leaves_no_task()
    {
        var handlerEnded = new TaskCompletionSource();
        var server = await TestHost.StartAsync();
        server.SetStreamHandler(TestHost.Echo, async (_, token) =>
        {
            try
            {
                await Task.Delay(Timeout.Infinite, token);
            }
            finally
            {
                handlerEnded.SetResult();
            }
        });
        await using var client = await TestHost.StartAsync();
        client.Knows(server);
        using var absent = PeerIdentity.Generate();
        server.KeepConnected(absent.PeerId, Multiaddr.Parse("/ip4/127.0.0.1/tcp/1"));
        await using var stream = await client.NewStreamAsync(server.PeerId, TestHost.Echo);
        await stream.WaitForNegotiationAsync().InTimeAsync("the handler runs");

        await server.StopAsync().InTimeAsync("the host stops");

        Assert.True(handlerEnded.Task.IsCompleted);
        Assert.Equal(0, server.BackgroundTaskCount);
        Assert.Empty(server.Connections);
        await Eventually.TrueAsync(() => !client.IsConnected(server.PeerId), "the client hears of it");
    }

    [Fact]
    public async Task A_stopped_host_takes_and_makes_no_connections()
    {
        await using var other = await TestHost.StartAsync();
        var host = await TestHost.StartAsync();
        host.Knows(other);
        other.Knows(host);
        await host.StopAsync();
        await host.StopAsync();
        await host.DisposeAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await host.ConnectAsync(other.PeerId));
        await Assert.ThrowsAsync<DialFailedException>(async () => await other.ConnectAsync(host.PeerId));
        Assert.Throws<ObjectDisposedException>(() => host.KeepConnected(other.PeerId));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => host.StartAsync());
    }

    [Fact]
    public async Task A_host_stops_in_the_middle_of_dials_and_handshakes()
    {
        for (var i = 0; i < 10; i++)
        {
            var first = await TestHost.StartAsync();
            var second = await TestHost.StartAsync();
            first.KeepConnected(second.PeerId, second.ListenAddresses);
            second.KeepConnected(first.PeerId, first.ListenAddresses);
            if (i % 2 == 0)
                await Eventually.TrueAsync(() => first.IsConnected(second.PeerId), "they are connected");

            await Task.WhenAll(first.StopAsync(), second.StopAsync()).InTimeAsync("both stop");

            Assert.Equal((0, 0), (first.BackgroundTaskCount, second.BackgroundTaskCount));
        }
    }

    [Fact]
    public async Task An_address_in_use_is_a_typed_error_and_nothing_stays_bound()
    {
        await using var first = await TestHost.StartAsync();
        var options = new Libp2pOptions { ListenAddresses = { Multiaddr.Parse("/ip4/127.0.0.1/tcp/0"), first.ListenAddresses[0] } };
        await using var second = new Libp2pHost(options);

        await Assert.ThrowsAsync<Libp2pException>(() => second.StartAsync());
        Assert.Empty(second.ListenAddresses);
    }

    [Fact]
    public async Task The_identity_file_gives_the_same_peer_in_every_run()
    {
        var folder = Directory.CreateTempSubdirectory("host-").FullName;
        var options = new Libp2pOptions { KeyFile = Path.Combine(folder, "identity.key") };
        await using var first = new Libp2pHost(options);
        await using var second = new Libp2pHost(options);

        Assert.Equal(first.PeerId, second.PeerId);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task An_application_starts_and_stops_the_host()
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddLibp2pHost(options => options.ListenAddresses.Add(Multiaddr.Parse("/ip4/127.0.0.1/tcp/0")));
        using var application = builder.Build();

        await application.StartAsync();
        var host = application.Services.GetRequiredService<Libp2pHost>();
        Assert.Single(host.ListenAddresses);
        await application.StopAsync();
        Assert.Throws<ObjectDisposedException>(() => host.KeepConnected(host.PeerId == default ? default : PeerIdentity.Generate().PeerId));
    }

    [Fact]
    public async Task Wrong_options_are_told_at_start()
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddLibp2pHost(options => options.Limits.MaxConnectionsPerPeer = 1);
        using var application = builder.Build();

        var error = await Assert.ThrowsAsync<OptionsValidationException>(() => application.StartAsync());

        Assert.Contains("MaxConnectionsPerPeer is 1, but must be 2 or more", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/dns4/localhost/tcp/1")]
    [InlineData("/ip4/127.0.0.1/udp/1")]
    [InlineData("/ip4/127.0.0.1/tcp/1/p2p/12D3KooWBtg3aaRMjxwedh83aGiUkwSxDwUZkzuJcfaqUmo7R3pq")]
    public void Listen_addresses_that_cannot_be_bound_are_told_at_once(string address) =>
        Assert.Throws<ArgumentException>(() => new Libp2pHost(new Libp2pOptions { ListenAddresses = { Multiaddr.Parse(address) } }));
}
