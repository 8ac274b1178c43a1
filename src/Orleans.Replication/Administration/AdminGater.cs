using Orleans.Replication.Libp2p;

namespace Orleans.Replication.Administration;

/// <summary>
/// Lets operators in beside the members. They may connect and be served the admin protocol; they are not dialled, and the members' protocols are not served to them.
/// </summary>
internal sealed class AdminGater : IConnectionGater
{
    private readonly IConnectionGater _members;
    private readonly AdminAccess _access;

    public AdminGater(IConnectionGater members, AdminAccess access)
    {
        _members = members;
        _access = access;
        members.Changed += (_, e) => Changed?.Invoke(this, e);
    }

    /// <inheritdoc/>
    public event EventHandler? Changed;

    /// <inheritdoc/>
    public bool AllowPeer(PeerId peer, ConnectionDirection direction) =>
        _members.AllowPeer(peer, direction) || (direction == ConnectionDirection.Inbound && _access.MayKnock(peer));
}
