using Orleans.Placement;
using Orleans.Runtime;

namespace Orleans.Replication.Tests.Grains;

/// <summary>Lives where it was first called.</summary>
[PreferLocalPlacement]
public sealed class ThrowerGrain(ILocalSiloDetails silo) : Grain, IThrowerGrain
{
    public ValueTask<Whereabouts> Where() => new(new Whereabouts(silo.SiloAddress, GrainContext.ActivationId));

    public ValueTask Throw(string error) => throw (error switch
    {
        nameof(ReplicationUnavailableException) => new ReplicationUnavailableException("unavailable", new IOException("inner")),
        nameof(ReplicationOutcomeUnknownException) => new ReplicationOutcomeUnknownException("unknown"),
        nameof(ReplicationConfigurationException) => new ReplicationConfigurationException("configuration"),
        nameof(OperationRejectedException) => new OperationRejectedException("rejected", "Some.Error"),
        nameof(VersionMismatchException) => new VersionMismatchException(3, 4),
        _ => new ArgumentOutOfRangeException(nameof(error)),
    });
}
