namespace Orleans.Replication.Raft.Membership;

/// <summary>Who has asked this member to join and is none yet: a bounded number, each for as long as it goes on asking.</summary>
internal sealed class WaitingPeers(TimeProvider time)
{
    /// <summary>How many may wait. More are turned away, so that whoever may ask cannot fill the memory.</summary>
    public const int MaxPeers = 64;

    /// <summary>How long after its last request a peer counts as waiting: a process that was stopped should not be added.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, (WaitingPeer Waiting, long AskedAt)> _waiting = [];

    /// <summary>A peer asks, for the first time or again, perhaps at another address.</summary>
    /// <returns>False when too many wait already.</returns>
    public bool Add(RaftPeer peer)
    {
        lock (_gate)
        {
            Forget();
            var isKnown = _waiting.TryGetValue(peer.Id, out var known);
            if (!isKnown && _waiting.Count >= MaxPeers)
                return false;
            _waiting[peer.Id] = (new WaitingPeer(peer, isKnown ? known.Waiting.Since : time.GetUtcNow()), time.GetTimestamp());
            return true;
        }
    }

    /// <summary>Those that wait, who came first first.</summary>
    public IReadOnlyList<WaitingPeer> Except(GroupConfiguration members)
    {
        lock (_gate)
        {
            Forget();
            return [.. _waiting.Values.Select(entry => entry.Waiting).Where(waiting => members.Find(waiting.Peer.Id) is null)
                .OrderBy(waiting => waiting.Since).ThenBy(waiting => waiting.Peer.Id, StringComparer.Ordinal)];
        }
    }

    private void Forget()
    {
        foreach (var (id, (_, askedAt)) in _waiting)
        {
            if (time.GetElapsedTime(askedAt) > Patience)
                _waiting.Remove(id);
        }
    }
}
