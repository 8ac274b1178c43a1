using Orleans.Replication.Tests.Silos;

[assembly: AssemblyFixture(typeof(ThreeSilos))]

namespace Orleans.Replication.Recipes.Tests;

/// <summary>The grains of a test on the three silos that all tests share. Each test has keys of its own.</summary>
internal static class RecipeSilos
{
    /// <summary>The same grain, as each of the silos calls it.</summary>
    public static TGrain[] OnEach<TGrain>(this ThreeSilos silos, string key)
        where TGrain : IGrainWithStringKey => [.. silos.All.Select(silo => silo.Grains.GetGrain<TGrain>(key))];

    /// <summary>What an operation does at a moment.</summary>
    public static OperationContext At(DateTimeOffset time, long index = 1) => new() { Index = index, Timestamp = time, GrainId = default, Seed = 0, Version = 1 };
}
