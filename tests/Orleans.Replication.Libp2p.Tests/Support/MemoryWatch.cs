using System.Globalization;

namespace Orleans.Replication.Libp2p.Tests.Support;

/// <summary>Notes the most memory in use while a test is nasty, and says it with the number of inputs in the test's output. Tests that run beside count too.</summary>
internal sealed class MemoryWatch : IDisposable
{
    private readonly Timer _timer;
    private readonly long _beforeBytes = GC.GetTotalMemory(forceFullCollection: true);
    private long _peakBytes;

    internal MemoryWatch() => _timer = new Timer(_ => Look(), null, TimeSpan.Zero, TimeSpan.FromMilliseconds(5));

    /// <summary>How much more managed memory than at the start was in use at most, what a collection would have freed included.</summary>
    internal long PeakGrowthBytes
    {
        get
        {
            Look();
            return Math.Max(0, Volatile.Read(ref _peakBytes) - _beforeBytes);
        }
    }

    /// <summary>Writes what was tried and what it took.</summary>
    internal void Report(long inputs, string what) => TestContext.Current.TestOutputHelper!.WriteLine(string.Create(
        CultureInfo.InvariantCulture, $"{inputs} {what}; at most {PeakGrowthBytes / 1024d / 1024:F1} MiB of managed memory more than before."));

    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        var now = GC.GetTotalMemory(forceFullCollection: false);
        for (var peak = Volatile.Read(ref _peakBytes); now > peak; peak = Volatile.Read(ref _peakBytes))
            Interlocked.CompareExchange(ref _peakBytes, now, peak);
    }
}
