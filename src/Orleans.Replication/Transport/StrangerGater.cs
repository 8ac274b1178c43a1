using Orleans.Replication.Libp2p;

namespace Orleans.Replication.Transport;

/// <summary>
/// Lets strangers in beside those that may connect anyway, so that clients can ask for the gateways and new silos to join: whoever dials, but only so many at once and each only for so
/// long. They are not dialled, and what is served to members is not served to them. A stranger that becomes a guest stays, and makes room for the next one.
/// </summary>
internal sealed class StrangerGater : IConnectionGater
{
    /// <summary>How many strangers may be connected at once. A client asks once a minute, for some milliseconds; a silo that is to join, every few seconds.</summary>
    internal const int MaxConnections = 32;

    /// <summary>How long one may stay: an answer takes a round trip.</summary>
    internal static readonly TimeSpan MaxLifetime = TimeSpan.FromSeconds(10);

    private readonly IConnectionGater _others;
    private readonly TimeProvider _time;
    private readonly Guests? _guests;
    private int _connections;

    public StrangerGater(IConnectionGater others, TimeProvider time, Guests? guests = null)
    {
        (_others, _time, _guests) = (others, time, guests);
        others.Changed += (_, e) => Changed?.Invoke(this, e);
    }

    /// <inheritdoc/>
    public event EventHandler? Changed;

    /// <inheritdoc/>
    public bool AllowPeer(PeerId peer, ConnectionDirection direction) => direction == ConnectionDirection.Inbound || _others.AllowPeer(peer, direction);

    /// <inheritdoc/>
    public bool AllowUpgraded(Libp2pConnection connection)
    {
        if (IsAllowedAnyway(connection))
            return _others.AllowUpgraded(connection);

        if (Interlocked.Increment(ref _connections) > MaxConnections)
        {
            Interlocked.Decrement(ref _connections);
            return false;
        }

        // Lives no longer than the connection, and does not throw.
        _ = EndInTimeAsync(connection);
        return true;
    }

    private bool IsAllowedAnyway(Libp2pConnection connection) => _others.AllowPeer(connection.RemotePeer, connection.Direction);

    private async Task EndInTimeAsync(Libp2pConnection connection)
    {
        var becomesGuest = _guests?.Expect(connection) ?? Task.Delay(Timeout.InfiniteTimeSpan, connection.Closed);
        var isOver = Task.Delay(MaxLifetime, _time, connection.Closed);
        if (await Task.WhenAny(becomesGuest, isOver).ConfigureAwait(false) == isOver)
        {
            _guests?.Forget(connection);
            if (!IsAllowedAnyway(connection)) // It may have become a member meanwhile.
                await connection.CloseAsync().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        Interlocked.Decrement(ref _connections);
    }
}
