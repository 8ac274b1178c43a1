using Orleans.Replication.Nemesis.Processes;
using Orleans.Replication.Nemesis.Snapshots;

namespace Orleans.Replication.Nemesis.Versions;

/// <summary>What the replicas of a cluster without load have in common: snapshots of one log index, read key by key.</summary>
/// <param name="Index">The log index.</param>
/// <param name="Keys">How many keys the first replica has, sessions and results included.</param>
/// <param name="Differing">Keys, in hexadecimal, that not every replica has with the same value.</param>
/// <param name="HashesEqual">
/// Whether the hashes of changes are equal too. They need not be when a build hashes since another entry than the others (the Raft README: States that are apart).
/// </param>
internal sealed record ReplicaComparison(long Index, int Keys, IReadOnlyList<string> Differing, bool HashesEqual)
{
    /// <summary>The hash of changes, and that at earlier indexes.</summary>
    private static readonly string[] HashPrefixes = ["0002", "0003"];

    /// <summary>Compares the replicas, as soon as all have applied the same: the runtime itself writes now and then.</summary>
    public static async Task<ReplicaComparison> OfAsync(KeyValueCluster cluster, CancellationToken cancellationToken)
    {
        var indexes = Array.Empty<long>();
        await Eventually.HoldsAsync(
            async token =>
            {
                var taken = await Task.WhenAll(cluster.Silos.Select(silo => silo.Client.TakeSnapshotAsync(token)));
                indexes = [.. taken.Select(result => result.Value)];
                return taken.All(result => result.Outcome == Http.CallOutcome.Acknowledged) && indexes.Distinct().Count() == 1;
            },
            "snapshots of one log index on all silos",
            cancellationToken);

        var replicas = cluster.Silos.Select(silo => cluster.DiskOf(silo).ReadSnapshot(indexes[0])).ToArray();
        var differing = replicas.SelectMany(replica => replica.Keys).Distinct()
            .Where(key => replicas.Select(replica => replica.GetValueOrDefault(key)).Distinct().Count() > 1).ToArray();
        return new ReplicaComparison(indexes[0], replicas[0].Count, [.. differing.Where(key => !IsHash(key))], !differing.Any(IsHash));
    }

    private static bool IsHash(string key) => HashPrefixes.Any(prefix => key.StartsWith(prefix, StringComparison.Ordinal));
}
