using System.Collections.Concurrent;
using Microsoft.AspNetCore.Connections;

namespace Orleans.Replication.Raft.Wire;

/// <summary>The asking end of a group connection: questions go out as they come, answers find their question by its number.</summary>
internal sealed class GroupConnection : IAsyncDisposable
{
    private readonly ConnectionContext _transport;
    private readonly MessageStream _messages;
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly ConcurrentDictionary<ulong, TaskCompletionSource<GroupResponse>> _waiting = new();
    private readonly Task _reading;
    private ulong _lastId;
    private volatile bool _open = true;

    public GroupConnection(ConnectionContext transport, Hello hello, int maxMessageBytes)
    {
        _transport = transport;
        _messages = new MessageStream(transport.Transport, maxMessageBytes);
        _messages.Write(hello);
        _reading = ReadAsync();
    }

    /// <summary>False once the connection is lost. Questions in flight have failed then.</summary>
    public bool IsOpen => _open;

    public async Task<GroupResponse> CallAsync(GroupRequest request, CancellationToken cancellationToken)
    {
        var answer = new TaskCompletionSource<GroupResponse>(TaskCreationOptions.RunContinuationsAsynchronously);
        request.Id = Interlocked.Increment(ref _lastId);
        _waiting[request.Id] = answer;
        try
        {
            await SendAsync(request, cancellationToken).ConfigureAwait(false);
            return await answer.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _waiting.TryRemove(request.Id, out _);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _transport.Abort();
        await _reading.ConfigureAwait(false);
        await _transport.DisposeAsync().ConfigureAwait(false);
    }

    private async ValueTask SendAsync(GroupRequest request, CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (!_open)
                throw new EndOfStreamException("The connection was closed.");
            _messages.Write(request);
            await _messages.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception) when (_open)
        {
            // Part of the message may be on its way. What comes behind a part would be read as its rest: nothing more goes over this connection.
            _open = false;
            _transport.Abort();
            throw;
        }
        finally
        {
            _writing.Release();
        }
    }

    private async Task ReadAsync()
    {
        Exception reason = new EndOfStreamException("The connection was closed.");
        try
        {
            while (await _messages.ReadAsync(GroupResponse.Parser, CancellationToken.None).ConfigureAwait(false) is { } response)
            {
                if (_waiting.TryRemove(response.Id, out var answer))
                    answer.TrySetResult(response);
            }
        }
        catch (Exception e)
        {
            reason = e;
            _transport.Abort();
        }

        _open = false;
        foreach (var answer in _waiting.Values)
            answer.TrySetException(reason);
    }
}
