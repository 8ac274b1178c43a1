using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Orleans.Replication.Raft.Wire;

namespace Orleans.Replication.Raft.Membership;

/// <summary>
/// The peers that this member asks and listens to, each with a connection for questions: the members of the group as its log has them. A member that is no voter by its own
/// log may be behind the times, and also knows those that its options name; and a peer's word about a newer configuration adds to them.
/// </summary>
internal sealed class GroupPeers(string localId, IReadOnlyList<RaftPeer> named, PeerLinks links) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, (RaftPeer Peer, GroupChannel Channel)> _channels = new();
    private readonly Lock _gate = new();
    private readonly ConcurrentBag<Task> _closing = [];
    private GroupConfiguration? _logged;
    private LoggedConfiguration? _told;
    private bool _disposed;

    /// <summary>Raised when the peers are others, or elsewhere.</summary>
    public event Action? Changed;

    /// <summary>The newest configuration that a peer has told of, when it is newer than the log's.</summary>
    public LoggedConfiguration? Told => Volatile.Read(ref _told);

    /// <summary>The peers and their addresses.</summary>
    public IEnumerable<RaftPeer> Peers => _channels.Values.Select(known => known.Peer);

    /// <summary>The connections to all of them.</summary>
    public IEnumerable<KeyValuePair<string, GroupChannel>> Channels => _channels.Select(known => KeyValuePair.Create(known.Key, known.Value.Channel));

    /// <summary>True for a peer that may speak to this member.</summary>
    public bool Contains(string id) => _channels.ContainsKey(id);

    public bool TryGetValue(string id, [MaybeNullWhen(false)] out GroupChannel channel)
    {
        var found = _channels.TryGetValue(id, out var known);
        channel = known.Channel;
        return found;
    }

    /// <summary>The log's configuration is another one.</summary>
    public void Follow(LoggedConfiguration logged)
    {
        lock (_gate)
        {
            _logged = logged.Configuration;
            if (_told?.Index <= logged.Index && logged.Configuration.Find(localId) is not null)
                _told = null;
            Update();
        }
    }

    /// <summary>A peer says what is committed.</summary>
    public void Learn(LoggedConfiguration told)
    {
        lock (_gate)
        {
            if (told.Index <= (_told?.Index ?? -1))
                return;
            _told = told;
            Update();
        }
    }

    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            _disposed = true;
            foreach (var id in _channels.Keys)
                Remove(id);
        }

        await Task.WhenAll(_closing).ConfigureAwait(false);
    }

    private void Update()
    {
        if (_disposed)
            return;
        var wanted = new Dictionary<string, RaftPeer>();
        if (_logged?.IsVoter(localId) != true)
        {
            foreach (var peer in named)
                wanted[peer.Id] = peer;
        }

        foreach (var member in (_logged?.Members ?? []).Concat(_told?.Configuration.Members ?? []))
            wanted[member.Id] = new RaftPeer(member.Id, member.EndPoint);
        wanted.Remove(localId);
        var changed = false;
        foreach (var (id, known) in _channels.Where(known => !wanted.TryGetValue(known.Key, out var peer) || peer != known.Value.Peer).ToList())
        {
            Remove(id);
            changed = true;
        }

        foreach (var peer in wanted.Values.Where(peer => !_channels.ContainsKey(peer.Id)))
        {
            _channels[peer.Id] = (peer, links.ForGroup(peer));
            changed = true;
        }

        if (changed)
            Changed?.Invoke();
    }

    private void Remove(string id)
    {
        if (_channels.TryRemove(id, out var known))
            _closing.Add(known.Channel.DisposeAsync().AsTask());
    }
}
