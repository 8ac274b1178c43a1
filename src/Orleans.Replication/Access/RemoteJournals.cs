using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using Orleans.Replication.Access.Wire;
using Orleans.Replication.Journals.Records;
using Orleans.Replication.Libp2p;

namespace Orleans.Replication.Access;

/// <summary>
/// Tells the activations on this silo that a journal has changed, as a silo with a replica tells it: one watch for all of them, which begins with the first. Whenever it begins, there or on another
/// silo, each is told that its journal may have changed, so that nobody misses what happened in between.
/// </summary>
internal sealed partial class RemoteJournals(AccessClient access, string group, TimeProvider time, ILogger<RemoteJournals> logger) : IAsyncDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    private readonly JournalFeed _feed = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _lock = new();
    private Task? _following;

    /// <inheritdoc cref="JournalFeed.Subscribe"/>
    public IDisposable Subscribe(ReadOnlySpan<byte> journal, Action<long> handler)
    {
        var subscription = _feed.Subscribe(journal, handler);
        lock (_lock)
            _following ??= Begin();
        return subscription;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        if (_following is { } following)
            await following.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    // Not a part of whatever the first caller does just now: neither on the scheduler of its activation, nor in its context.
    private Task Begin()
    {
        if (ExecutionContext.IsFlowSuppressed())
            return Task.Run(FollowAsync);
        using (ExecutionContext.SuppressFlow())
            return Task.Run(FollowAsync);
    }

    [SuppressMessage("Design", "CA1031", Justification = "Nobody awaits it: whatever it is, it is said, and tried again.")]
    private async Task FollowAsync()
    {
        var pause = FirstPause;
        var isSaid = false;
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                using var room = access.EnterWatch();
                var request = new AccessRequest { WatchTable = new WatchTableRequest { Table = JournalTable.TableName } };
                var (exchange, response) = await access.BeginWatchAsync(group, request, _stopping.Token).ConfigureAwait(false);
                await using (exchange.ConfigureAwait(false))
                {
                    while (response.TableChanges is { } changes)
                    {
                        Tell(changes);
                        (pause, isSaid) = (FirstPause, false);
                        response = await access.NextOfWatchAsync(exchange, group, _stopping.Token).ConfigureAwait(false);
                    }

                    access.Fail(exchange.Peer);
                    LogEnded(exchange.Peer, group, response.Failure?.Kind ?? FailureKind.Unspecified);
                }
            }
            catch (Exception) when (_stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error) when (isSaid || error is IOException or InvalidDataException or TimeoutException or ReplicationUnavailableException or OperationCanceledException)
            {
                LogLost(error, group);
            }
            catch (Exception error)
            {
                isSaid = true;
                LogFailed(error, group);
            }

            await Task.Delay(pause, time, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            pause = pause < LongestPause ? pause * 2 : LongestPause;
        }
    }

    private void Tell(TableChanges changes)
    {
        if (changes.Any > 0)
            _feed.AnyChanged(changes.Any);
        foreach (var record in changes.Records)
            _feed.Changed(record.Key.Span, record.Version);
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "Silo {Peer} no longer tells of changes of the journals of group {Group}: {Reason}")]
    private partial void LogEnded(PeerId peer, string group, FailureKind reason);

    [LoggerMessage(Level = LogLevel.Debug, Message = "The silo that told of changes of the journals of group {Group} is lost; another one is asked")]
    private partial void LogLost(Exception exception, string group);

    [LoggerMessage(Level = LogLevel.Warning, Message = "No silo tells of changes of the journals of group {Group}. Journaled grains here follow when they are called, and as soon as one does")]
    private partial void LogFailed(Exception exception, string group);
}
