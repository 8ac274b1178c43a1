using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Orleans.Replication;
using Orleans.Replication.Placement;
using Orleans.Replication.States;
using Orleans.Runtime;
using Orleans.Runtime.Hosting;

namespace Orleans.Hosting;

/// <summary>What those have in common that hold replicas and those that use groups remotely.</summary>
internal static class StatesServiceCollectionExtensions
{
    /// <summary>Adds what reads states and operations, and writes them down.</summary>
    public static void AddStates(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<OperationRunners>();
        services.TryAddSingleton(typeof(StateSerializer<>));
    }

    /// <summary>Adds the facets of grains on this silo, and the way of a call to a <see cref="ReplicatedAttribute">replicated grain</see>.</summary>
    public static void AddReplicatedGrains(this IServiceCollection services)
    {
        services.AddSingleton<IAttributeToFactoryMapper<ReplicatedStateAttribute>, ReplicatedStateAttributeMapper>();
        services.AddPlacementDirector<ReplicatedPlacement, LocalReplicaDirector>();
        services.AddGrainDirectory(ReplicatedPlacement.DirectoryName, (_, _) => new EmptyGrainDirectory());
    }
}
