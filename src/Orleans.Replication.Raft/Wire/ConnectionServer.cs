using System.Collections.Concurrent;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace Orleans.Replication.Raft.Wire;

/// <summary>Accepts connections and owns them until they end: none outlives the server, and none of their failures ends it.</summary>
internal sealed partial class ConnectionServer(
    IConnectionListener listener, Func<ConnectionContext, string?> identify, Func<ConnectionContext, string, CancellationToken, Task> serve, ILogger logger,
    int maxConnections = 1024)
    : IAsyncDisposable
{
    private readonly ConcurrentDictionary<ConnectionContext, Task> _connections = new();
    private readonly CancellationTokenSource _stopping = new();
    private Task _accepting = Task.CompletedTask;

    public void Start() => _accepting = AcceptAsync();

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await listener.UnbindAsync(CancellationToken.None).ConfigureAwait(false);
        await _accepting.ConfigureAwait(false);
        foreach (var connection in _connections.Keys)
            connection.Abort();
        await Task.WhenAll(_connections.Values).ConfigureAwait(false);
        await listener.DisposeAsync().ConfigureAwait(false);
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (await listener.AcceptAsync(_stopping.Token).ConfigureAwait(false) is { } connection)
            {
                var started = new TaskCompletionSource();
                _connections[connection] = ServeAsync(connection, started.Task);
                started.SetResult();
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The server stops.
        }
        catch (Exception e)
        {
            LogListenerFailed(e);
        }
    }

    private async Task ServeAsync(ConnectionContext connection, Task registered)
    {
        await registered.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            if (_connections.Count > maxConnections)
                LogRefused(Handshake.Describe(connection), $"there are {maxConnections} connections already");
            else if (identify(connection) is not { } peer)
                LogRefused(Handshake.Describe(connection), "the transport has not proven who it is");
            else
                await serve(connection, peer, _stopping.Token).ConfigureAwait(false);
        }
        catch (ProtocolViolationException e)
        {
            LogRefused(Handshake.Describe(connection), e.Message);
        }
        catch (Exception e)
        {
            LogEnded(e, connection.ConnectionId);
        }
        finally
        {
            await CloseAsync(connection).ConfigureAwait(false);
            _connections.TryRemove(connection, out _);
        }
    }

    private async ValueTask CloseAsync(ConnectionContext connection)
    {
        try
        {
            connection.Abort();
            await connection.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception e)
        {
            LogEnded(e, connection.ConnectionId);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Connection from {Peer} refused: {Reason}.")]
    private partial void LogRefused(string peer, string reason);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Connection {ConnectionId} ended.")]
    private partial void LogEnded(Exception exception, string connectionId);

    [LoggerMessage(Level = LogLevel.Critical, Message = "The listener failed: this member cannot be reached any longer.")]
    private partial void LogListenerFailed(Exception exception);
}
