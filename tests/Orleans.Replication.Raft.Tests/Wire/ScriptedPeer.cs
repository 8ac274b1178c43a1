using Google.Protobuf;
using Microsoft.AspNetCore.Connections;
using Orleans.Replication.Raft.Tests.Cluster;
using Orleans.Replication.Raft.Wire;

namespace Orleans.Replication.Raft.Tests.Wire;

/// <summary>The answering end of connections over real sockets, whose behaviour a test writes down per connection.</summary>
internal sealed class ScriptedPeer : IAsyncDisposable
{
    public const string Id = "peer";
    private const string Protocol = "scripted";

    private readonly IConnectionListener _listener;
    private readonly Func<int, ScriptedConnection, Task> _serve;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _accepting;
    private readonly List<Task> _serving = [];
    private int _connections;

    /// <param name="network">The network that it is on.</param>
    /// <param name="serve">What it does with its connections: the first has the number 1. A connection ends with its script.</param>
    public ScriptedPeer(TestNetwork network, Func<int, ScriptedConnection, Task> serve)
    {
        Network = network;
        _serve = serve;
        _listener = network.Listen(Id, Protocol);
        _accepting = AcceptAsync();
    }

    public TestNetwork Network { get; }

    /// <summary>How many connections there were.</summary>
    public int Connections => Volatile.Read(ref _connections);

    public static RaftPeer Peer => TestMember.Peer(Id);

    public static Hello Hello => new() { Version = WireVersion.Current, Cluster = "test", Group = "default", Sender = "me", Purpose = Purpose.Replication };

    public IConnectionFactory Dialler => Network.Dialler("me", Protocol);

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _listener.DisposeAsync();
        await _accepting;
        await Task.WhenAll(_serving).ContinueWith(_ => { }, TaskScheduler.Default);
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (await _listener.AcceptAsync(_stopping.Token) is { } connection)
                _serving.Add(ServeAsync(Interlocked.Increment(ref _connections), connection));
        }
        catch (OperationCanceledException)
        {
        }
    }

    private async Task ServeAsync(int number, ConnectionContext connection)
    {
        await using (connection)
        {
            using var stopping = _stopping.Token.Register(connection.Abort);
            var messages = new MessageStream(connection.Transport, 64 << 20);
            await messages.ReadAsync(Hello.Parser, _stopping.Token);
            await _serve(number, new ScriptedConnection(messages, _stopping.Token));
        }
    }
}

/// <summary>One connection, behind its Hello.</summary>
internal sealed class ScriptedConnection(MessageStream messages, CancellationToken stopping)
{
    /// <summary>Ends with the test.</summary>
    public CancellationToken Stopping => stopping;

    public async Task<T?> ReadAsync<T>() where T : class, IMessage<T>, new() => await messages.ReadAsync(new MessageParser<T>(() => new T()), stopping);

    public async Task WriteAsync(IMessage message)
    {
        messages.Write(message);
        await messages.FlushAsync(stopping);
    }
}
