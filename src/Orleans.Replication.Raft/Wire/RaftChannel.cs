using Microsoft.AspNetCore.Connections;

namespace Orleans.Replication.Raft.Wire;

/// <summary>
/// One kind of Raft request to one peer: connects when it is first used, sends one request at a time, and gives a connection up as soon as an
/// answer is late, since it could come and be taken for that of the next request.
/// </summary>
internal sealed class RaftChannel(
    IConnectionFactory connections, RaftPeer peer, Hello hello, int maxMessageBytes, TimeProvider timeProvider,
    Func<string>? incarnation = null) : IAsyncDisposable
{
    private readonly SemaphoreSlim _turn = new(1, 1);
    private ConnectionContext? _connection;
    private MessageStream? _messages;
    private readonly CancellationTokenSource _closing = new();

    /// <summary>Sends a request and waits for its answer.</summary>
    /// <exception cref="PeerUnavailableException">There was none in time.</exception>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    public async Task<RaftResponse> CallAsync(RaftRequest request, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(timeout, timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token, _closing.Token);
        try
        {
            await _turn.WaitAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw _closing.IsCancellationRequested ? Closed() : new PeerUnavailableException($"Peer {peer.Id} is still busy with an earlier request after {timeout}.");
        }

        try
        {
            var response = await ExchangeAsync(request, either.Token).ConfigureAwait(false);
            return response.Refused.Length == 0 ? response : throw new PeerUnavailableException($"Peer {peer.Id} refuses: {response.Refused}");
        }
        catch (Exception e)
        {
            await DisconnectAsync().ConfigureAwait(false);
            if (cancellationToken.IsCancellationRequested)
                throw new OperationCanceledException(e.Message, e, cancellationToken);
            if (_closing.IsCancellationRequested)
                throw Closed();
            throw e as PeerUnavailableException ?? new PeerUnavailableException(
                deadline.IsCancellationRequested ? $"Peer {peer.Id} did not answer within {timeout}." : $"Peer {peer.Id} cannot be reached: {e.Message}", e);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Ends the request in flight, if there is one.</summary>
    public void Abort() => _connection?.Abort();

    /// <summary>Whoever still calls is told that the peer is unavailable: the engine may do so for a moment after a member was removed.</summary>
    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync().ConfigureAwait(false);
        await _turn.WaitAsync().ConfigureAwait(false);
        await DisconnectAsync().ConfigureAwait(false);

        // Not disposed of: who waits for it would wait for ever.
        _turn.Release();
    }

    /// <summary>
    /// A connection that was at rest may have died unnoticed, and Raft's requests can be repeated: a failure on one is no news about the peer
    /// before a new connection has failed too. (A new leader that took it for news would step down at once.)
    /// </summary>
    private async ValueTask<RaftResponse> ExchangeAsync(RaftRequest request, CancellationToken cancellationToken)
    {
        if (_messages is { } rested)
        {
            try
            {
                return await ExchangeAsync(rested, request, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (e is not OperationCanceledException and not ProtocolViolationException && !cancellationToken.IsCancellationRequested)
            {
                await DisconnectAsync().ConfigureAwait(false);
            }
        }

        return await ExchangeAsync(await ConnectAsync(cancellationToken).ConfigureAwait(false), request, cancellationToken).ConfigureAwait(false);
    }

    private static async ValueTask<RaftResponse> ExchangeAsync(MessageStream messages, RaftRequest request, CancellationToken cancellationToken)
    {
        messages.Write(request);
        await messages.FlushAsync(cancellationToken).ConfigureAwait(false);
        return await messages.ReadAsync(RaftResponse.Parser, cancellationToken).ConfigureAwait(false)
            ?? throw new EndOfStreamException("The connection was closed.");
    }

    private async ValueTask<MessageStream> ConnectAsync(CancellationToken cancellationToken)
    {
        _connection = await connections.ConnectAsync(peer.EndPoint, cancellationToken).ConfigureAwait(false);
        _messages = new MessageStream(_connection.Transport, maxMessageBytes);
        var greeting = hello.Clone();
        greeting.Session = SessionNumbers.Next();
        greeting.Incarnation = incarnation?.Invoke() ?? string.Empty;
        _messages.Write(greeting);
        return _messages;
    }

    private PeerUnavailableException Closed() => new($"Peer {peer.Id} is no member any longer.");

    private async ValueTask DisconnectAsync()
    {
        if (_connection is not { } connection)
            return;
        _connection = null;
        _messages = null;
        connection.Abort();
        await connection.DisposeAsync().ConfigureAwait(false);
    }
}
