using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Replication.Raft.Tests.Cluster;
using Orleans.Replication.Raft.Wire;

namespace Orleans.Replication.Raft.Tests.Wire;

public sealed class ConnectionServerTests
{
    private readonly TestNetwork _network = new();
    private int _serving;

    [Fact]
    public async Task Disposal_ends_all_connections_and_leaves_no_task()
    {
        var server = Server(ServeUntilClosedAsync);
        var connections = new List<ConnectionContext>();
        for (var i = 0; i < 10; i++)
            connections.Add(await DialAsync());
        await Eventually.TrueAsync("all connections to be served", () => Volatile.Read(ref _serving) == 10);
        await server.DisposeAsync();
        Assert.Equal(0, Volatile.Read(ref _serving));
        foreach (var connection in connections)
        {
            Assert.True(await IsClosedAsync(connection));
            await connection.DisposeAsync();
        }
    }

    [Fact]
    public async Task More_connections_than_allowed_are_closed_and_places_are_free_again()
    {
        await using var server = Server(ServeUntilClosedAsync, maxConnections: 3);
        var allowed = new List<ConnectionContext>();
        for (var i = 0; i < 3; i++)
            allowed.Add(await DialAsync());
        await Eventually.TrueAsync("three connections to be served", () => Volatile.Read(ref _serving) == 3);
        await using (var refused = await DialAsync())
            Assert.True(await IsClosedAsync(refused));

        await allowed[0].DisposeAsync();
        await Eventually.TrueAsync("a place to be free", () => Volatile.Read(ref _serving) == 2);
        await using var next = await DialAsync();
        await Eventually.TrueAsync("the next connection to be served", () => Volatile.Read(ref _serving) == 3);
        foreach (var connection in allowed.Skip(1))
            await connection.DisposeAsync();
    }

    [Fact]
    public async Task A_peer_whose_transport_proves_nothing_is_refused_before_a_byte_is_read()
    {
        await using var server = Server(ServeUntilClosedAsync, identify: _ => null);
        await using var connection = await DialAsync();
        Assert.True(await IsClosedAsync(connection));
        Assert.Equal(0, Volatile.Read(ref _serving));
    }

    [Fact]
    public async Task The_failure_of_a_connection_does_not_end_the_server()
    {
        var count = 0;
        await using var server = Server(async (connection, _, cancellationToken) =>
        {
            switch (Interlocked.Increment(ref count))
            {
                case 1:
                    throw new ProtocolViolationException("A violation.");
                case 2:
                    throw new InvalidOperationException("A bug.");
                default:
                    await ServeUntilClosedAsync(connection, "", cancellationToken);
                    break;
            }
        });
        for (var i = 0; i < 2; i++)
        {
            await using var failing = await DialAsync();
            Assert.True(await IsClosedAsync(failing));
        }

        await using var served = await DialAsync();
        await Eventually.TrueAsync("the third connection to be served", () => Volatile.Read(ref _serving) == 1);
    }

    private ConnectionServer Server(
        Func<ConnectionContext, string, CancellationToken, Task> serve, Func<ConnectionContext, string?>? identify = null, int maxConnections = 100)
    {
        var server = new ConnectionServer(_network.Listen("server", "test"), identify ?? TestNetwork.Identify, serve, NullLogger.Instance, maxConnections);
        server.Start();
        return server;
    }

    private ValueTask<ConnectionContext> DialAsync() => _network.Dialler("client", "test").ConnectAsync(TestMember.Peer("server").EndPoint);

    /// <summary>Pays no attention to the token: only the end of the connection ends it.</summary>
    private async Task ServeUntilClosedAsync(ConnectionContext connection, string peer, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _serving);
        try
        {
            while (!(await connection.Transport.Input.ReadAsync(CancellationToken.None)).IsCompleted)
            {
            }
        }
        finally
        {
            Interlocked.Decrement(ref _serving);
        }
    }

    private static async Task<bool> IsClosedAsync(ConnectionContext connection)
    {
        try
        {
            return (await connection.Transport.Input.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(20))).IsCompleted;
        }
        catch (IOException)
        {
            return true;
        }
    }
}
