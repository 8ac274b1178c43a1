using System.Diagnostics;

namespace Orleans.Replication.Benchmarks.Load;

/// <summary>
/// A closed loop: each of N callers makes its next call as soon as the last one has ended, for a fixed time. Calls that end after it are not
/// counted, so that a round's rate does not depend on its stragglers.
/// </summary>
internal sealed class ClosedLoop(ILoadTarget target, LoadSettings settings)
{
    // Enough different values that no layer profits from seeing the same bytes again, made once so that the client does not pay for it.
    private readonly byte[][] _values = MakeValues(settings);

    /// <summary>Writes every key once.</summary>
    public async Task FillAsync(CancellationToken cancellationToken)
    {
        await target.PrepareAsync(callers: 64, cancellationToken);
        await Parallel.ForEachAsync(
            Enumerable.Range(0, settings.Keys),
            new ParallelOptions { MaxDegreeOfParallelism = 64, CancellationToken = cancellationToken },
            (key, token) => target.PutAsync(key, key, _values[key % _values.Length], token));
    }

    /// <summary>Runs one round.</summary>
    public async Task<LoadRound> RunAsync(LoadOperation operation, int callers, TimeSpan time, CancellationToken cancellationToken)
    {
        await target.PrepareAsync(callers, cancellationToken);
        var before = ProcessorTime.Now(target.ProcessIds);
        var deadline = Stopwatch.GetTimestamp() + (long)(time.TotalSeconds * Stopwatch.Frequency);
        var loops = Enumerable.Range(0, callers).Select(caller => Task.Run(() => LoopAsync(operation, caller, deadline, cancellationToken), cancellationToken));
        var results = await Task.WhenAll(loops);
        var used = ProcessorTime.Now(target.ProcessIds) - before;
        return Summarize(results, time, used);
    }

    private async Task<CallerResult> LoopAsync(LoadOperation operation, int caller, long deadline, CancellationToken cancellationToken)
    {
        var result = new CallerResult();
        var random = new Random((settings.Seed * 1_000_003) + caller);
        for (var lane = caller; ; lane++)
        {
            var key = random.Next(settings.Keys);
            var start = Stopwatch.GetTimestamp();
            if (start >= deadline)
                return result;
            try
            {
                if (operation == LoadOperation.Put)
                    await target.PutAsync(lane, key, _values[random.Next(_values.Length)], cancellationToken);
                else
                    await target.GetAsync(lane, key, cancellationToken);
            }
            catch (Exception error) when (error is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
            {
                // Whatever a cluster answers instead of an acknowledgement is an error of the round, and the loop goes on.
                result.Errors++;
                result.FirstError ??= error.Message;
                continue;
            }

            var end = Stopwatch.GetTimestamp();
            if (end <= deadline)
                result.Latencies.Record(Stopwatch.GetElapsedTime(start, end));
        }
    }

    private static LoadRound Summarize(CallerResult[] results, TimeSpan time, ProcessorTime used)
    {
        var latencies = new LatencyHistogram();
        foreach (var result in results)
            latencies.Add(result.Latencies);
        var calls = Math.Max(1, latencies.Count);
        return new LoadRound
        {
            OpsPerSecond = latencies.Count / time.TotalSeconds,
            Latencies = latencies,
            P50Ms = latencies.Percentile(0.50),
            P99Ms = latencies.Percentile(0.99),
            MaxMs = latencies.MaxMicroseconds / 1000d,
            Errors = results.Sum(result => result.Errors),
            FirstError = results.Select(result => result.FirstError).FirstOrDefault(error => error is not null),
            ServerCpuMicrosecondsPerOp = used.Servers.TotalMicroseconds / calls,
            ClientCpuMicrosecondsPerOp = used.Client.TotalMicroseconds / calls,
        };
    }

    private static byte[][] MakeValues(LoadSettings settings)
    {
        var random = new Random(settings.Seed);
        var values = new byte[256][];
        for (var i = 0; i < values.Length; i++)
            random.NextBytes(values[i] = new byte[settings.ValueBytes]);
        return values;
    }

    private sealed class CallerResult
    {
        public LatencyHistogram Latencies { get; } = new();

        public long Errors { get; set; }

        public string? FirstError { get; set; }
    }
}
