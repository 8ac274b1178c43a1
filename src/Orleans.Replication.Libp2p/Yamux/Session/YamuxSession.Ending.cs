using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Connections;

namespace Orleans.Replication.Libp2p.Yamux;

/// <summary>
/// How a session ends: by <see cref="CloseAsync"/>, by <see cref="DisposeAsync"/>, by the peer's go-away, or by an error of any loop. Each way leads
/// through <see cref="End"/> once, then the loops stop, and then the transport is released.
/// </summary>
internal sealed partial class YamuxSession
{
    /// <summary>
    /// Ends the session in order: what the streams have flushed and the peer lets them send goes out, then a go-away with this code. Streams still
    /// open fail then, on both sides, so close when they are done. Waits until the transport is released.
    /// </summary>
    public async ValueTask CloseAsync(YamuxErrorCode code = YamuxErrorCode.Normal)
    {
        BeginClose(code);
        Task? running;
        lock (Gate)
            running = _running;
        if (running is not null)
        {
            var inTime = running.WaitAsync(Options.CloseTimeout, Time);
            await inTime.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>
    /// Begins to end the session as <see cref="CloseAsync"/> does, without waiting. Before <see cref="Start"/>, the go-away is all the peer ever gets.
    /// </summary>
    public void BeginClose(YamuxErrorCode code)
    {
        bool mustWake;
        lock (Gate)
        {
            if (!IsOver && !_isClosing)
            {
                _isClosing = true;
                _queue.AddGoAway(code);
            }

            mustWake = TakeWake();
        }

        if (mustWake)
            WakeOnPool();
    }

    /// <summary>Ends the session at once, without a go-away, and waits until the transport is released. Streams still open fail.</summary>
    public async ValueTask DisposeAsync()
    {
        End(error: null, goAway: null);
        Cancel(_stopWriting); // A go-away that still waits to be taken is given up.
        Task? running;
        lock (Gate)
        {
            running = _running;
            _running ??= Task.CompletedTask;
        }

        await (running ?? ReleaseTransportAsync()).ConfigureAwait(false);
    }

    /// <summary>Cancels without running anybody's callback on this thread, and without losing what such a callback throws.</summary>
    internal void Cancel(CancellationTokenSource? source)
    {
        if (source is null)
            return;

        var cancelling = source.CancelAsync();
        if (!cancelling.IsCompletedSuccessfully)
        {
            _ = cancelling.ContinueWith(
                static (task, session) => ((YamuxSession)session!).LogCallbackFailed(task.Exception!),
                this,
                CancellationToken.None,
                TaskContinuationOptions.OnlyOnFaulted,
                TaskScheduler.Default);
        }
    }

    private async Task RunAsync()
    {
        // None of them throws: whatever goes wrong ends the session with the reason.
        await Task.WhenAll(ReadLoopAsync(), WriteLoopAsync(), KeepAliveLoopAsync()).ConfigureAwait(false);
        await ReleaseTransportAsync().ConfigureAwait(false);
    }

    [SuppressMessage("Design", "CA1031", Justification = "A transport that cannot even be released is broken, and nobody is left who could do something about it.")]
    private async Task ReleaseTransportAsync()
    {
        try
        {
            await _transport.Output.CompleteAsync().ConfigureAwait(false);
            await _transport.Input.CompleteAsync().ConfigureAwait(false);
        }
        catch (Exception e)
        {
            LogReleaseFailed(e);
        }
    }

    /// <summary>Ends the session for good: first call wins. The go-away, if any, is the last thing written.</summary>
    private void End(Exception? error, YamuxErrorCode? goAway)
    {
        YamuxStream[] streams;
        PingRequest? ping;
        bool mustWake;
        lock (Gate)
        {
            if (IsOver)
                return;

            IsOver = true;
            _error = error;
            streams = [.. _streams.Values];
            ping = _ping;
            _queue.Clear();
            if (goAway is { } code)
                _queue.AddGoAway(code);
            mustWake = TakeWake();
        }

        LogEnded(error, streams.Length);
        var reason = OverException(error);
        foreach (var stream in streams)
            stream.Fail(reason);
        _accepted.Writer.TryComplete();
        ping?.Fail(reason);

        Cancel(_stopReading);
        if (goAway is null)
            Cancel(_stopWriting);
        else
            _stopWriting.CancelAfter(Options.CloseTimeout);
        if (mustWake)
            WakeOnPool();
        Cancel(_closed);
    }

    private static ConnectionResetException OverException(Exception? error) =>
        error is null
            ? new("The yamux session was closed.")
            : new($"The yamux session ended: {error.Message}", error);
}
