using Orleans.Replication.Raft.State;

namespace Orleans.Replication.Raft.Sessions;

/// <summary>
/// The sessions of a group: part of the replicated state, mirrored in memory. Used by the thread that applies only. A session ends, on every
/// replica at the same command, when by the leaders' clocks it was silent for the time-out and another session is opened.
/// </summary>
internal sealed class SessionTable(StateStore store, TimeSpan timeout)
{
    private readonly Dictionary<ulong, Session> _sessions = [];

    public int Count => _sessions.Count;

    /// <summary>Reads the sessions from the state, after a start or an installed snapshot.</summary>
    public void Load()
    {
        _sessions.Clear();
        foreach (var (key, value) in store.Scan(StateKeys.Sessions.ToArray()))
            _sessions[StateKeys.SessionOf(key)] = Session.Decode(value);
        foreach (var (key, value) in store.Scan(StateKeys.Results.ToArray()))
            _sessions[StateKeys.SessionOf(key)].Results[StateKeys.SequenceOf(key)] = StoredResult.Decode(value);
    }

    /// <summary>Opens a session, and ends those that were silent too long.</summary>
    public void Open(ulong id, DateTimeOffset now, StateBatch batch)
    {
        foreach (var (expired, session) in _sessions.Where(s => s.Value.LastActive + timeout < now).ToList())
        {
            foreach (var sequence in session.Results.Keys)
                batch.Set(StateKeys.Result(expired, sequence), null);
            batch.Set(StateKeys.Session(expired), null);
            _sessions.Remove(expired);
        }

        var opened = new Session { LastActive = now };
        _sessions[id] = opened;
        batch.Set(StateKeys.Session(id), opened.Encode());
    }

    /// <summary>Finds a session; null when it was never opened or has ended.</summary>
    public Session? Find(ulong id) => _sessions.GetValueOrDefault(id);

    /// <summary>Forgets what the proposer has finished.</summary>
    public static void RaiseFloor(ulong id, Session session, ulong floor, StateBatch batch)
    {
        if (floor <= session.Floor)
            return;
        foreach (var finished in session.FinishedBelow(floor))
        {
            session.Results.Remove(finished);
            batch.Set(StateKeys.Result(id, finished), null);
        }

        session.Floor = floor;
    }

    /// <summary>Remembers a result, so that a retry of the command returns it.</summary>
    public static void Record(ulong id, Session session, ulong sequence, in CommandResult result, DateTimeOffset now, StateBatch batch)
    {
        session.LastActive = now;
        session.Results[sequence] = result;
        batch.Set(StateKeys.Result(id, sequence), StoredResult.Encode(result));
        batch.Set(StateKeys.Session(id), session.Encode());
    }
}
