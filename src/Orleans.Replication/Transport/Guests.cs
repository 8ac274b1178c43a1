using System.Collections.Concurrent;
using Orleans.Replication.Libp2p;

namespace Orleans.Replication.Transport;

/// <summary>
/// The strangers that have said what lets them stay: a connection becomes a guest when one of its requests has, and is one as long as it lives.
/// </summary>
internal sealed class Guests
{
    /// <summary>How many connections may be guests at once: half of what a libp2p host takes, so that members and strangers always get in.</summary>
    internal const int MaxConnections = 128;

    private readonly ConcurrentDictionary<Libp2pConnection, TaskCompletionSource> _strangers = new();
    private int _connections;

    /// <summary>How many there are.</summary>
    public int Count => Volatile.Read(ref _connections);

    /// <summary>A stranger is connected.</summary>
    /// <returns>Ends when it becomes a guest; not before it is closed otherwise.</returns>
    public Task Expect(Libp2pConnection connection) =>
        _strangers.GetOrAdd(connection, static _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    /// <summary>True for a stranger that is no guest yet.</summary>
    public bool IsStranger(Libp2pConnection connection) => _strangers.TryGetValue(connection, out var stranger) && !stranger.Task.IsCompleted;

    /// <summary>A stranger has gone without becoming a guest.</summary>
    public void Forget(Libp2pConnection connection) => _strangers.TryRemove(connection, out _);

    /// <summary>Lets a connection stay. True for one that may stay anyway.</summary>
    /// <returns>False when there are too many.</returns>
    public bool TryAdmit(Libp2pConnection connection)
    {
        if (!_strangers.TryGetValue(connection, out var stranger) || stranger.Task.IsCompleted)
            return true;
        if (Interlocked.Increment(ref _connections) > MaxConnections)
        {
            Interlocked.Decrement(ref _connections);
            return false;
        }

        if (!stranger.TrySetResult())
        {
            Interlocked.Decrement(ref _connections); // Another request of the same connection came first.
            return true;
        }

        connection.Closed.UnsafeRegister(
            static state =>
            {
                var (guests, connection) = ((Guests, Libp2pConnection))state!;
                guests.Forget(connection);
                Interlocked.Decrement(ref guests._connections);
            },
            (this, connection));
        return true;
    }
}
