using Microsoft.AspNetCore.Connections;

namespace Orleans.Replication.Raft.Wire;

/// <summary>Questions to one peer of the group, any number at a time, over one connection that is made when it is needed.</summary>
internal sealed class GroupChannel : IAsyncDisposable
{
    private readonly IConnectionFactory _connections;
    private readonly RaftPeer _peer;
    private readonly Hello _hello;
    private readonly int _maxMessageBytes;
    private readonly TimeProvider _time;
    private readonly Func<string>? _incarnation;
    private readonly SemaphoreSlim _connecting = new(1, 1);
    private readonly CancellationTokenSource _disposing;
    private readonly CancellationToken _closed;
    private GroupConnection? _connection;

    public GroupChannel(
        IConnectionFactory connections, RaftPeer peer, Hello hello, int maxMessageBytes, TimeProvider timeProvider, Func<string>? incarnation = null)
    {
        _connections = connections;
        _peer = peer;
        _hello = hello;
        _maxMessageBytes = maxMessageBytes;
        _time = timeProvider;
        _incarnation = incarnation;
        _disposing = new CancellationTokenSource();

        // Kept, because the source can be asked for it no longer once it is disposed; calls may still come then.
        _closed = _disposing.Token;
    }

    /// <summary>Who is at the other end.</summary>
    public string PeerId => _peer.Id;

    /// <summary>Asks, and waits for the answer.</summary>
    /// <exception cref="PeerUnavailableException">There was none. <see cref="PeerUnavailableException.NothingSent"/> tells whether the peer may have seen the question.</exception>
    public async Task<GroupResponse> CallAsync(GroupRequest request, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token, _closed);
        GroupConnection connection;
        try
        {
            connection = await ConnectAsync(either.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new PeerUnavailableException($"Peer {_peer.Id} cannot be reached: {e.Message}", e) { NothingSent = true };
        }

        try
        {
            return await connection.CallAsync(request, either.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            throw e as PeerUnavailableException ?? new PeerUnavailableException(
                deadline.IsCancellationRequested ? $"Peer {_peer.Id} did not answer within {timeout}." : $"Peer {_peer.Id} is gone: {e.Message}", e);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _disposing.CancelAsync().ConfigureAwait(false);
        await _connecting.WaitAsync().ConfigureAwait(false);
        if (_connection is { } connection)
            await connection.DisposeAsync().ConfigureAwait(false);

        // Not disposed of: who waits for it would wait for ever.
        _connecting.Release();
        _disposing.Dispose();
    }

    private async ValueTask<GroupConnection> ConnectAsync(CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _connection) is { IsOpen: true } open)
            return open;
        await _connecting.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (_connection is { IsOpen: true } opened)
                return opened;
            if (_connection is { } closed)
                await closed.DisposeAsync().ConfigureAwait(false);
            _connection = null;
            var transport = await _connections.ConnectAsync(_peer.EndPoint, cancellationToken).ConfigureAwait(false);
            var greeting = _hello.Clone();
            greeting.Session = SessionNumbers.Next();
            greeting.Incarnation = _incarnation?.Invoke() ?? string.Empty;
            return _connection = new GroupConnection(transport, greeting, _maxMessageBytes);
        }
        finally
        {
            _connecting.Release();
        }
    }
}
