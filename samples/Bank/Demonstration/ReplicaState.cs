using System.Security.Cryptography;
using Bank.Grains;

namespace Bank.Demonstration;

/// <summary>All branches as one silo's replica has them.</summary>
internal sealed record ReplicaState(SiloProcess Silo, IReadOnlyList<Branch> Branches)
{
    /// <summary>The fingerprint of all of it.</summary>
    public string Digest { get; } = Convert.ToHexStringLower(SHA256.HashData(Branches.SelectMany(branch => branch.ComputeDigest()).ToArray()));

    /// <summary>Reads the branches through a client of this silo alone.</summary>
    public static async Task<ReplicaState> ReadAsync(SiloProcess silo, IClusterClient client) =>
        new(silo, await Task.WhenAll(Enumerable.Range(0, Tellers.Branches).Select(branch => client.GetGrain<IBranchGrain>(branch).Read().AsTask())));
}
