using Orleans.Placement;
using Orleans.Runtime;

namespace Orleans.Replication.Tests.Grains;

/// <summary>Lives where it was first called.</summary>
[PreferLocalPlacement]
public sealed class CallerGrain(ILocalSiloDetails silo) : Grain, ICallerGrain
{
    public async ValueTask<(Whereabouts Caller, Whereabouts Callee)> Call(string basket) =>
        (new Whereabouts(silo.SiloAddress, GrainContext.ActivationId), await GrainFactory.GetGrain<IReplicatedBasketGrain>(basket).Where());
}
