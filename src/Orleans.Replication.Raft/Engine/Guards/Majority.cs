namespace Orleans.Replication.Raft.Engine.Guards;

/// <summary>What a majority has in common (Raft §5.3): the algebra alone.</summary>
internal static class Majority
{
    /// <summary>The highest index that more than half of the voters have reached.</summary>
    /// <param name="reached">How far each voter has come, in any order; sorted by this call.</param>
    public static long IndexOf(Span<long> reached)
    {
        reached.Sort();
        return reached[(reached.Length - 1) / 2];
    }
}
