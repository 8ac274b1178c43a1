using System.Numerics;

namespace Orleans.Replication.Benchmarks.Load;

/// <summary>
/// Counts latencies with a relative error below 1.6 %: each power of two of microseconds is cut into 64 equal buckets. Not safe for concurrent
/// use: each caller has its own, and they are added up afterwards.
/// </summary>
internal sealed class LatencyHistogram
{
    private const int SubBuckets = 64;
    private const int SubBucketBits = 6;

    private readonly long[] _counts = new long[SubBuckets * (64 - SubBucketBits + 1)];

    /// <summary>How many latencies were recorded.</summary>
    public long Count { get; private set; }

    /// <summary>The longest one, exactly, in microseconds.</summary>
    public long MaxMicroseconds { get; private set; }

    public void Record(TimeSpan latency)
    {
        var microseconds = Math.Max(0, (long)latency.TotalMicroseconds);
        _counts[Bucket(microseconds)]++;
        Count++;
        MaxMicroseconds = Math.Max(MaxMicroseconds, microseconds);
    }

    public void Add(LatencyHistogram other)
    {
        for (var i = 0; i < _counts.Length; i++)
            _counts[i] += other._counts[i];
        Count += other.Count;
        MaxMicroseconds = Math.Max(MaxMicroseconds, other.MaxMicroseconds);
    }

    /// <summary>The latency that <paramref name="fraction"/> of all calls did not exceed, in milliseconds; 0 when there were none.</summary>
    public double Percentile(double fraction)
    {
        var rank = (long)Math.Ceiling(fraction * Count);
        for (var i = 0; i < _counts.Length && rank > 0; i++)
        {
            rank -= _counts[i];
            if (rank <= 0)
                return Math.Min(UpperBound(i), MaxMicroseconds) / 1000d;
        }

        return 0;
    }

    // Below 64 µs a bucket is one microsecond wide. Above, the highest set bit picks the row and the next six bits pick the bucket.
    private static int Bucket(long microseconds)
    {
        if (microseconds < SubBuckets)
            return (int)microseconds;
        var shift = BitOperations.Log2((ulong)microseconds) - SubBucketBits;
        return (SubBuckets * (shift + 1)) + (int)((microseconds >> shift) - SubBuckets);
    }

    private static long UpperBound(int bucket)
    {
        if (bucket < SubBuckets)
            return bucket;
        var shift = (bucket / SubBuckets) - 1;
        return (((long)SubBuckets + (bucket % SubBuckets) + 1) << shift) - 1;
    }
}
