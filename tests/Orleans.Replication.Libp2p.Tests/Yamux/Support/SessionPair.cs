using System.IO.Pipelines;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Replication.Libp2p.Yamux;

namespace Orleans.Replication.Libp2p.Tests.Yamux;

/// <summary>Two sessions that talk to each other.</summary>
internal sealed class SessionPair : IAsyncDisposable
{
    private SessionPair(YamuxSession dialler, YamuxSession listener)
    {
        Dialler = dialler;
        Listener = listener;
    }

    public YamuxSession Dialler { get; }

    public YamuxSession Listener { get; }

    public static SessionPair Start(YamuxOptions? dialler = null, YamuxOptions? listener = null, int capacityBytes = 64 * 1024)
    {
        var pipes = new PipePair(capacityBytes);
        return Start(pipes.A, pipes.B, dialler, listener);
    }

    public static SessionPair Start(IDuplexPipe a, IDuplexPipe b, YamuxOptions? dialler = null, YamuxOptions? listener = null)
    {
        var pair = new SessionPair(
            new(a, initiator: true, dialler ?? new(), NullLogger.Instance, TimeProvider.System),
            new(b, initiator: false, listener ?? new(), NullLogger.Instance, TimeProvider.System));
        pair.Dialler.Start();
        pair.Listener.Start();
        return pair;
    }

    /// <summary>Opens a stream at the dialler, announces it with one byte, and accepts it at the listener.</summary>
    public async Task<(YamuxStream Dialled, YamuxStream Accepted)> OpenAsync(CancellationToken cancellation)
    {
        var dialled = await Dialler.OpenStreamAsync(cancellation);
        await dialled.Output.WriteAsync(new byte[] { 0x2a }, cancellation);
        var accepted = await Listener.AcceptStreamAsync(cancellation);
        Assert.NotNull(accepted);
        Assert.Equal([0x2a], await accepted.ReadExactlyAsync(1, cancellation));
        return (dialled, accepted);
    }

    public async ValueTask DisposeAsync()
    {
        await Dialler.DisposeAsync();
        await Listener.DisposeAsync();
    }
}
