using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace Orleans.Replication.Libp2p.Connections;

/// <summary>One libp2p stream as a <see cref="ConnectionContext"/>.</summary>
internal sealed class Libp2pConnectionContext : ConnectionContext, IDisposable, IMemoryPoolFeature
{
    private readonly Libp2pStream _stream;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private IDictionary<object, object?>? _items;

    internal Libp2pConnectionContext(Libp2pStream stream, PeerId localPeer)
    {
        _stream = stream;
        Transport = stream;
        LocalEndPoint = new PeerEndPoint(localPeer);
        RemoteEndPoint = new PeerEndPoint(stream.RemotePeer);
        ConnectionClosed = stream.Closed;
        Features = new FeatureCollection();
        Features.Set<IMemoryPoolFeature>(this);
    }

    /// <inheritdoc/>
    public override string ConnectionId { get; set; } = Guid.NewGuid().ToString("N");

    /// <inheritdoc/>
    public override IFeatureCollection Features { get; }

    /// <inheritdoc/>
    public override IDictionary<object, object?> Items
    {
        get => _items ??= new ConnectionItems();
        set => _items = value;
    }

    /// <inheritdoc/>
    public override IDuplexPipe Transport { get; set; }

    /// <summary>Cancelled when the stream has ended or was reset, the connection below was lost, or the host stopped.</summary>
    public override CancellationToken ConnectionClosed { get; set; }

    /// <inheritdoc/>
    public override EndPoint? LocalEndPoint { get; set; }

    /// <inheritdoc/>
    public override EndPoint? RemoteEndPoint { get; set; }

    /// <inheritdoc/>
    public MemoryPool<byte> MemoryPool => MemoryPool<byte>.Shared;

    /// <summary>Ends with the first of <see cref="Abort(ConnectionAbortedException)"/> and dispose.</summary>
    internal Task Ended => _ended.Task;

    /// <summary>Resets the stream without waiting.</summary>
    public override void Abort(ConnectionAbortedException abortReason)
    {
        _stream.Reset();
        _ended.TrySetResult();
    }

    /// <summary>Ends the stream without waiting, for those who cannot.</summary>
    public void Dispose()
    {
        _stream.Dispose();
        _ended.TrySetResult();
    }

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        await _stream.DisposeAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
        _ended.TrySetResult();
    }
}
