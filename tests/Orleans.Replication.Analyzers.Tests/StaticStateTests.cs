using Orleans.Replication.Analyzers.Tests.Compiling;

namespace Orleans.Replication.Analyzers.Tests;

/// <summary>ORPL0010.</summary>
public sealed class StaticStateTests
{
    [Theory]
    [InlineData("Counter++;")]
    [InlineData("_ = Counter;")]
    [InlineData("Setting = 3;")]
    [InlineData("Seen.Add(Number);")]
    [InlineData("_ = Table[0];")]
    [InlineData("_ = Cache.Count;")]
    public Task Static_state_that_changes_is_reported(string statement) => Expect.InApply(
        statement + " // ORPL0010",
        """
        static int Counter;
        static int Setting { get; set; }
        static readonly List<int> Seen = [];
        static readonly int[] Table = [1, 2];
        static Dictionary<int, int> Cache { get; } = [];
        """);

    [Fact]
    public Task Constants_and_immutable_ones_are_not() => Expect.InApply(
        "_ = Limit + First + Table[0] + Twice;",
        """
        const int Limit = 3;
        static readonly int First = 1;
        static readonly ImmutableArray<int> Table = [1, 2];
        static int Twice => 2 * Limit;
        """);

    [Fact]
    public Task What_a_static_field_is_made_from_is_looked_at() => Expect.InApply(
        "_ = Started;",
        "static readonly DateTime Started = DateTime.UtcNow; // ORPL0001");
}
