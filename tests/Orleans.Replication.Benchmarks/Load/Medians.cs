namespace Orleans.Replication.Benchmarks.Load;

/// <summary>What a measurement is said to be when its rounds differ.</summary>
internal static class Medians
{
    /// <summary>The middle value, or the mean of the two middle ones. There must be a value.</summary>
    public static double Median(this IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        var middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
