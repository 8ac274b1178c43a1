using Orleans.Runtime;
using Orleans.Runtime.Placement;

namespace Orleans.Replication.Placement;

/// <summary>
/// Places a replicated grain on the silo that asks: the caller's own, or the gateway of an external client. Only a silo that cannot serve it, because
/// it is leaving, does not have the class, or has no replica of the group in service, sends the call on.
/// </summary>
internal sealed class LocalReplicaDirector(ILocalReplicas replicas) : IPlacementDirector
{
    /// <inheritdoc/>
    public Task<SiloAddress> OnAddActivation(PlacementStrategy strategy, PlacementTarget target, IPlacementContext context)
    {
        ArgumentNullException.ThrowIfNull(context);

        // The list has only silos that are active as this silo knows, and leaves it out when it is terminating.
        var silos = context.GetCompatibleSilos(target);
        var isPossible = !context.LocalSiloStatus.IsTerminating() && silos.Contains(context.LocalSilo);
        var others = silos.Where(silo => !silo.Equals(context.LocalSilo)).ToArray();

        // Where there is nobody else, the replica itself says best why it does not serve.
        if (isPossible && (others.Length == 0 || replicas.Serve(target.GrainIdentity.Type)))
            return Task.FromResult(context.LocalSilo);
        if (others.Length == 0)
            throw new OrleansException($"No silo can serve {target.GrainIdentity}: this one is {context.LocalSiloStatus}, and there is no other with its class.");

        // The same one for the same grain, so that a silo that cannot serve it has one activation to talk to.
        return Task.FromResult(others[(int)(target.GrainIdentity.GetUniformHashCode() % (uint)others.Length)]);
    }
}
