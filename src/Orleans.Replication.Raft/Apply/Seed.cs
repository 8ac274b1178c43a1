namespace Orleans.Replication.Raft.Apply;

/// <summary>A command's seed: its index, spread over 64 bits by the finaliser of SplitMix64, so that neighbours do not look alike.</summary>
internal static class Seed
{
    public static ulong Of(long commandIndex)
    {
        var z = unchecked((ulong)commandIndex * 0x9E3779B97F4A7C15);
        z = unchecked((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9);
        z = unchecked((z ^ (z >> 27)) * 0x94D049BB133111EB);
        return z ^ (z >> 31);
    }
}
