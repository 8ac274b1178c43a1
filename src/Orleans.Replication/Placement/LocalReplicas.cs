using System.Collections.Concurrent;
using Orleans.Metadata;
using Orleans.Replication.Raft;
using Orleans.Runtime;

namespace Orleans.Replication.Placement;

/// <inheritdoc/>
internal sealed class LocalReplicas(IReplicationHost host, GrainPropertiesResolver properties) : ILocalReplicas
{
    private readonly ConcurrentDictionary<GrainType, string> _groups = [];

    /// <inheritdoc/>
    public bool Serve(GrainType grainType)
    {
        try
        {
            var name = _groups.GetOrAdd(grainType, FindGroup);
            var status = host.Groups.FirstOrDefault(group => group.Name == name)?.GetStatus();
            return status is { Fault: null, Quarantine: null, Role: not (RaftRole.Stopped or RaftRole.Removed) };
        }
        catch (ReplicationUnavailableException)
        {
            // Not started yet.
            return false;
        }
    }

    private string FindGroup(GrainType grainType) =>
        properties.TryGetGrainProperties(grainType, out var found) && found.Properties.TryGetValue(ReplicatedPlacement.GroupProperty, out var group) ? group : ReplicationGroups.Default;
}
