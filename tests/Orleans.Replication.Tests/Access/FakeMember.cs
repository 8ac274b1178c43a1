using Orleans.Replication.Access;
using Orleans.Replication.Access.Wire;
using Orleans.Replication.Libp2p;
using Orleans.Replication.Transport;

namespace Orleans.Replication.Tests.Access;

/// <summary>A peer that takes requests as a silo does, and then does something else with them.</summary>
internal sealed class FakeMember : IAsyncDisposable
{
    private readonly Libp2pHost _host = new(new Libp2pOptions { ListenAddresses = { Multiaddr.Parse("/ip4/127.0.0.1/tcp/0") }, IdentifyOnConnect = false });
    private int _taken;

    private FakeMember()
    {
    }

    /// <summary>How many requests it has taken.</summary>
    public int Taken => Volatile.Read(ref _taken);

    /// <summary>Where it is.</summary>
    public string Address => _host.ListenAddresses[0].WithPeerId(_host.PeerId).ToString();

    /// <summary>Starts one.</summary>
    /// <param name="answer">What becomes of a request; null for a peer that does not serve the protocol.</param>
    public static async Task<FakeMember> StartAsync(Func<AccessRequest, Libp2pStream, CancellationToken, Task>? answer)
    {
        var fake = new FakeMember();
        if (answer is not null)
        {
            fake._host.SetStreamHandler(AccessProtocol.Id, async (stream, cancellationToken) =>
            {
                var requests = new MessageStream(stream.Input.AsStream(leaveOpen: true));
                await requests.ReadAsync(AccessHello.Parser, AccessProtocol.MaxHelloBytes, cancellationToken);
                var request = await requests.ReadAsync(AccessRequest.Parser, AccessProtocol.MaxResponseBytes, cancellationToken);
                Interlocked.Increment(ref fake._taken);
                await answer(request!, stream, cancellationToken);
            });
        }

        await fake._host.StartAsync(TestContext.Current.CancellationToken);
        return fake;
    }

    /// <summary>The connection is lost after the request was taken.</summary>
    public static Task<FakeMember> LosingAsync() => StartAsync((_, stream, _) =>
    {
        stream.Reset();
        return Task.CompletedTask;
    });

    /// <summary>It takes requests, and says nothing.</summary>
    public static Task<FakeMember> HangingAsync() => StartAsync((_, _, cancellationToken) => Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken));

    /// <summary>It answers with one failure.</summary>
    public static Task<FakeMember> RefusingAsync(FailureKind kind) => StartAsync(async (_, stream, cancellationToken) =>
    {
        var response = new AccessResponse { Failure = new Failure { Kind = kind, Message = $"{kind}, it says." } };
        await stream.Output.WriteAsync(MessageStream.Frame(response), cancellationToken);
        await stream.CloseWriteAsync(cancellationToken);
        await StreamEnd.WaitAsync(stream, AccessProtocol.MaxResponseBytes, TimeSpan.FromSeconds(5), cancellationToken);
    });

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _host.DisposeAsync();
}
