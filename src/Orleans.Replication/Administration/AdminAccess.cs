using Orleans.Configuration;
using Orleans.Replication.Libp2p;
using Orleans.Replication.Transport;

namespace Orleans.Replication.Administration;

/// <summary>Who may ask what only an operator may: the members, the peers that are named, and, where a token is set, whoever has it.</summary>
internal sealed class AdminAccess
{
    private readonly HashSet<PeerId> _administrators;
    private readonly SharedSecret? _token;

    public AdminAccess(RaftReplicationOptions options)
    {
        _administrators = [.. options.Administrators.Select(id => PeerId.Parse(id, null))];
        _token = SharedSecret.Of(options.AdminToken);
    }

    /// <summary>True for a peer that needs no token.</summary>
    public bool IsAdministrator(PeerId peer) => _administrators.Contains(peer);

    /// <summary>True for a peer that may connect and say a token; without one, nobody else than members and administrators may connect at all.</summary>
    public bool MayKnock(PeerId peer) => _token is not null || IsAdministrator(peer);

    /// <summary>Compares a token in a time that tells nothing about it.</summary>
    public bool IsToken(string said) => _token?.Is(said) == true;
}
