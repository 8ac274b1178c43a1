using Microsoft.AspNetCore.Connections;

namespace Orleans.Replication.Raft.Wire;

/// <summary>Knows which connection of a peer is its newest: what arrives on an older one is too late and dropped (SAFETY S14).</summary>
internal sealed class CurrentSessions
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(string Group, string Sender, Purpose Purpose), (ulong Session, ConnectionContext Connection)> _current = [];

    /// <summary>Makes a connection the current one, and ends the one before it; false when it is itself the older.</summary>
    public bool TryEnter(Hello hello, ConnectionContext connection)
    {
        var key = (hello.Group, hello.Sender, hello.Purpose);
        ConnectionContext? superseded = null;
        lock (_gate)
        {
            if (_current.TryGetValue(key, out var entry))
            {
                if (entry.Session >= hello.Session)
                    return false;
                superseded = entry.Connection;
            }

            _current[key] = (hello.Session, connection);
        }

        superseded?.Abort();
        return true;
    }

    /// <summary>
    /// A connection has ended. Only living ones are compared: a peer whose clock was set back between two of its processes is let in again.
    /// </summary>
    public void Leave(Hello hello, ConnectionContext connection)
    {
        lock (_gate)
        {
            var key = (hello.Group, hello.Sender, hello.Purpose);
            if (_current.TryGetValue(key, out var entry) && entry.Connection == connection)
                _current.Remove(key);
        }
    }

    /// <summary>True while no newer connection has come.</summary>
    public bool IsCurrent(Hello hello)
    {
        lock (_gate)
            return _current.TryGetValue((hello.Group, hello.Sender, hello.Purpose), out var entry) && entry.Session == hello.Session;
    }
}
