using Orleans.Replication.Analyzers.Tests.Compiling;

namespace Orleans.Replication.Analyzers.Tests;

/// <summary>ORPL0007.</summary>
public sealed class ConcurrencyTests
{
    [Theory]
    [InlineData("Func<Task> later = async () => await Task.Yield();")]
    [InlineData("Task.Run(() => 1).GetAwaiter().GetResult();")]
    [InlineData("_ = Later().Result;")]
    [InlineData("Thread.Sleep(1);")]
    [InlineData("_ = new Thread(() => { });")]
    [InlineData("Parallel.ForEach(state.List, _ => { });")]
    [InlineData("lock (state) { }")]
    [InlineData("_ = Interlocked.Increment(ref state.Field);")]
    [InlineData("_ = state.List.AsParallel().Sum();")]
    public Task Waiting_starting_and_locking_are_reported(string statement) =>
        Expect.InApply(statement + " // ORPL0007", "static ValueTask<int> Later() => default;");

    [Fact]
    public Task A_lambda_that_runs_here_is_not() => Expect.InApply(
        """
        Func<int, int> twice = value => 2 * value;
        _ = twice(Number);
        """);
}
