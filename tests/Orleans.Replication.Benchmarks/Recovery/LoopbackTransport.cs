using System.Net;
using Microsoft.AspNetCore.Connections;

namespace Orleans.Replication.Benchmarks.Recovery;

/// <summary>The transport of a group of one: nobody is dialled, and nobody comes.</summary>
internal sealed class LoopbackTransport : IConnectionFactory, IConnectionListener
{
    private readonly TaskCompletionSource<ConnectionContext?> _closed = new();

    public EndPoint EndPoint { get; } = new IPEndPoint(IPAddress.Loopback, 1);

    public ValueTask<ConnectionContext> ConnectAsync(EndPoint endpoint, CancellationToken cancellationToken = default) => throw new IOException("A group of one has no peers.");

    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default) => await _closed.Task.WaitAsync(cancellationToken);

    public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        _closed.TrySetResult(null);
        return default;
    }

    public ValueTask DisposeAsync() => UnbindAsync();
}
