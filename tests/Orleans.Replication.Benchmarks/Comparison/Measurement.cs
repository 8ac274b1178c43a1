using Orleans.Replication.Benchmarks.Load;

namespace Orleans.Replication.Benchmarks.Comparison;

/// <summary>All rounds of one cluster with one operation and number of callers; its figures are the medians over the rounds.</summary>
internal sealed record Measurement(string Target, LoadOperation Operation, int Callers, IReadOnlyList<LoadRound> Rounds)
{
    public double OpsPerSecond => Median(round => round.OpsPerSecond);

    public double P50Ms => Median(round => round.P50Ms);

    public double P99Ms => Median(round => round.P99Ms);

    /// <summary>The longest latency of all rounds: a median would hide what a maximum is for.</summary>
    public double MaxMs => Rounds.Max(round => round.MaxMs);

    public double ServerCpuMicrosecondsPerOp => Median(round => round.ServerCpuMicrosecondsPerOp);

    public double ClientCpuMicrosecondsPerOp => Median(round => round.ClientCpuMicrosecondsPerOp);

    public long Errors => Rounds.Sum(round => round.Errors);

    private double Median(Func<LoadRound, double> figure) => Rounds.Select(figure).Median();
}
