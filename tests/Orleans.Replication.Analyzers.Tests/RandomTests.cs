using Orleans.Replication.Analyzers.Tests.Compiling;

namespace Orleans.Replication.Analyzers.Tests;

/// <summary>ORPL0003.</summary>
public sealed class RandomTests
{
    [Theory]
    [InlineData("new Random().Next()")]
    [InlineData("Random.Shared.Next(6)")]
    [InlineData("RandomNumberGenerator.GetInt32(6)")]
    [InlineData("RandomNumberGenerator.GetBytes(16)")]
    [InlineData("state.List.Shuffle().ToList()")]
    public Task Chance_without_a_seed_is_reported(string chance) => Expect.InApply($"_ = {chance}; // ORPL0003");

    [Fact]
    public Task Numbers_from_the_contexts_seed_are_not() => Expect.InApply(
        """
        var random = new Random(unchecked((int)context.Seed));
        _ = random.Next(6) + new Random(Number).Next();
        """);

    [Fact]
    public Task A_seed_that_is_a_clock_is_reported_as_a_clock() => Expect.InApply("_ = new Random(Environment.TickCount); // ORPL0001");
}
