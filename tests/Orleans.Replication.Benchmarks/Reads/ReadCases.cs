using Orleans.Replication.Benchmarks.Silos;

namespace Orleans.Replication.Benchmarks.Reads;

/// <summary>The calls that are compared, as code on the leader's silo and on another makes them.</summary>
internal static class ReadCases
{
    /// <summary>What the others are compared with.</summary>
    public const string Baseline = "ordinary grain, same silo";

    private const int MaxKeys = 1000;

    public static async Task<IReadOnlyList<ReadCase>> CreateAsync(ThreeLocalSilos silos, int leader)
    {
        var follower = (leader + 1) % ThreeLocalSilos.Count;
        var grains = silos.GrainsOn(follower);
        var near = await FindOrdinaryAsync(grains, silos.AddressOf(follower));
        var far = await FindOrdinaryAsync(grains, silos.AddressOf((leader + 2) % ThreeLocalSilos.Count));
        var worker = grains.GetGrain<IWorkerGrain>(0);
        return
        [
            .. Replicated(silos.GrainsOn(follower), "on a follower's silo"),
            .. Replicated(silos.GrainsOn(leader), "on the leader's silo"),
            new(Baseline, near.Read),
            new("ordinary grain, another silo", far.Read),
            new("[StatelessWorker]", worker.Read),
        ];
    }

    private static IEnumerable<ReadCase> Replicated(IGrainFactory grains, string where)
    {
        var grain = grains.GetGrain<IReplicatedReadGrain>(0);
        return Enum.GetValues<ReadConsistency>().Select(consistency => new ReadCase($"[Replicated] {consistency}, {where}", () => grain.Read(consistency)));
    }

    private static async Task<IOrdinaryGrain> FindOrdinaryAsync(IGrainFactory grains, string silo)
    {
        for (var key = 0; key < MaxKeys; key++)
        {
            var grain = grains.GetGrain<IOrdinaryGrain>(key);
            if (await grain.Where() == silo)
                return grain;
        }

        throw new InvalidOperationException($"None of {MaxKeys} grains was placed on {silo}.");
    }
}
