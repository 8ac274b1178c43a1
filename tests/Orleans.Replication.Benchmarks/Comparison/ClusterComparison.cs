using Orleans.Replication.Benchmarks.Load;

namespace Orleans.Replication.Benchmarks.Comparison;

/// <summary>
/// Puts the same load on several running clusters in alternating rounds. All of them are up all the time; only one has load at a time.
/// </summary>
internal sealed class ClusterComparison(ComparisonPlan plan, LoadSettings load, IReadOnlyList<ILoadTarget> targets, TextWriter progress)
{
    public async Task<IReadOnlyList<Measurement>> RunAsync(CancellationToken cancellationToken)
    {
        var loops = targets.Select(target => new ClosedLoop(target, load)).ToArray();
        await WarmUpAsync(loops, cancellationToken);

        var measurements = new List<Measurement>();
        foreach (var operation in plan.Operations)
        {
            foreach (var callers in plan.Callers)
                measurements.AddRange(await MeasureAsync(loops, operation, callers, cancellationToken));
        }

        return measurements;
    }

    private async Task WarmUpAsync(ClosedLoop[] loops, CancellationToken cancellationToken)
    {
        for (var i = 0; i < loops.Length; i++)
        {
            await progress.WriteLineAsync($"Filling and warming up {targets[i].Name} …");
            await loops[i].FillAsync(cancellationToken);
            foreach (var operation in plan.Operations)
                await loops[i].RunAsync(operation, callers: 64, plan.WarmUpTime / plan.Operations.Count, cancellationToken);
        }
    }

    private async Task<IEnumerable<Measurement>> MeasureAsync(
        ClosedLoop[] loops, LoadOperation operation, int callers, CancellationToken cancellationToken)
    {
        var rounds = targets.Select(_ => new List<LoadRound>()).ToArray();
        for (var round = 0; round < plan.Rounds; round++)
        {
            for (var turn = 0; turn < targets.Count; turn++)
            {
                // Who goes first changes with the round: what one cluster leaves behind (dirty pages, a busy disk) meets each of them as often.
                var i = (turn + round) % targets.Count;
                var result = await loops[i].RunAsync(operation, callers, plan.RoundTime, cancellationToken);
                rounds[i].Add(result);
                await progress.WriteLineAsync(
                    $"{operation,-3} {callers,3} callers, round {round + 1}: {targets[i].Name,-20} {result.OpsPerSecond,9:F0}/s  "
                    + $"p50 {result.P50Ms:F2} ms  p99 {result.P99Ms:F2} ms  max {result.MaxMs:F0} ms"
                    + (result.Errors > 0 ? $"  {result.Errors} errors: {result.FirstError}" : ""));
            }
        }

        return targets.Select((target, i) => new Measurement(target.Name, operation, callers, rounds[i]));
    }
}
