using System.Runtime.CompilerServices;
using Orleans.Replication.Raft;

namespace Orleans.Replication.Groups;

/// <summary>The groups of a silo that holds replicas of them.</summary>
internal sealed class LocalGroupAccesses(IReplicationHost host) : IGroupAccesses
{
    private readonly ConditionalWeakTable<RaftGroup, LocalGroupAccess> _known = [];

    /// <inheritdoc/>
    public IGroupAccess Get(string group) => _known.GetValue(host.GetGroup(group), static found => new(found));
}
