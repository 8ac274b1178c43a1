using System.Threading.Channels;
using Orleans.Replication.Libp2p.Diagnostics;

namespace Orleans.Replication.Libp2p.Swarm;

/// <summary>
/// Keeps one peer connected: dials whenever there is no connection, with pauses that double and are drawn at random, until it is disposed of.
/// </summary>
internal sealed class KeptPeer : IDisposable
{
    private readonly SwarmContext _swarm;
    private readonly PeerId _peer;
    private readonly Func<PeerId, bool> _isConnected;
    private readonly Func<PeerId, CancellationToken, Task> _dial;
    private readonly CancellationTokenSource _released = new();
    private readonly CancellationToken _releasedToken;
    private bool _dialNow;
    private bool _disposed;

    /// <summary>Holds one item when something about the peer's connections or addresses has changed since the loop last looked.</summary>
    private readonly Channel<bool> _changed =
        Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    internal KeptPeer(SwarmContext swarm, PeerId peer, Func<PeerId, bool> isConnected, Func<PeerId, CancellationToken, Task> dial)
    {
        (_swarm, _peer, _isConnected, _dial) = (swarm, peer, isConnected, dial);
        _releasedToken = _released.Token;
    }

    /// <summary>Why the last dial failed; null when the peer is connected.</summary>
    internal Exception? LastFailure { get; private set; }

    /// <summary>Tells the loop to look again: a connection came or went.</summary>
    internal void Notify() => _changed.Writer.TryWrite(true);

    /// <summary>Ends a pause: there are new addresses to try.</summary>
    internal void DialNow()
    {
        Volatile.Write(ref _dialNow, true);
        Notify();
    }

    /// <summary>Ends the loop; connections stay.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, true))
            return;
        _released.Cancel();
        _released.Dispose();
    }

    internal async Task RunAsync()
    {
        var token = _releasedToken;
        var failures = 0;
        while (!token.IsCancellationRequested)
        {
            var began = _swarm.Time.GetTimestamp();
            if (await ConnectAsync(failures, token).ConfigureAwait(false))
            {
                await WaitUntilDisconnectedAsync(token).ConfigureAwait(false);
                // A peer that hangs up at once, because it does not want this one, is a failure too: no dialling in a tight loop.
                failures = _swarm.Time.GetElapsedTime(began) >= _swarm.Options.MaxReconnectDelay ? 0 : failures + 1;
            }
            else
            {
                failures++;
            }

            if (failures > 0)
                await PauseAsync(failures, token).ConfigureAwait(false);
        }
    }

    private async Task<bool> ConnectAsync(int failures, CancellationToken cancellationToken)
    {
        try
        {
            if (!_isConnected(_peer))
                await _dial(_peer, cancellationToken).ConfigureAwait(false);
            LastFailure = null;
            return true;
        }
#pragma warning disable CA1031 // Whatever goes wrong, this peer must be dialled again.
        catch (Exception error) when (error is not OperationCanceledException)
#pragma warning restore CA1031
        {
            LastFailure = error;
            if (failures == 0)
                Log.KeptPeerUnreachable(_swarm.Logger, _peer.ToShortString(), error);
            else
                Log.KeptPeerStillUnreachable(_swarm.Logger, _peer.ToShortString(), Delay(failures), error);
            return _isConnected(_peer); // It may have dialled meanwhile.
        }
    }

    private async Task WaitUntilDisconnectedAsync(CancellationToken cancellationToken)
    {
        while (_isConnected(_peer))
            await _changed.Reader.ReadAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Waits for the pause to pass, for the peer to connect by itself, or for new addresses.</summary>
    private async Task PauseAsync(int failures, CancellationToken cancellationToken)
    {
        using var pause = new CancellationTokenSource(Delay(failures), _swarm.Time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(pause.Token, cancellationToken);
        try
        {
            while (!_isConnected(_peer) && !Interlocked.Exchange(ref _dialNow, false))
                await _changed.Reader.ReadAsync(linked.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The pause is over.
        }
    }

    private TimeSpan Delay(int failures)
    {
        var doublings = Math.Clamp(failures - 1, 0, 20);
        var doubled = _swarm.Options.InitialReconnectDelay.TotalMilliseconds * Math.Pow(2, doublings);
        var longest = Math.Min(doubled, _swarm.Options.MaxReconnectDelay.TotalMilliseconds);
#pragma warning disable CA5394 // Spreads dials; nothing secret.
        return TimeSpan.FromMilliseconds(longest * (0.5 + (Random.Shared.NextDouble() / 2)));
#pragma warning restore CA5394
    }
}
