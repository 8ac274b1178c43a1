using Orleans.Replication.Analyzers.Tests.Compiling;

namespace Orleans.Replication.Analyzers.Tests;

/// <summary>ORPL0009.</summary>
public sealed class HashCodeTests
{
    [Theory]
    [InlineData("Text.GetHashCode()")]
    [InlineData("state.GetHashCode()")]
    [InlineData("HashCode.Combine(Number, Text)")]
    [InlineData("StringComparer.Ordinal.GetHashCode(Text)")]
    [InlineData("System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(state)")]
    public Task A_hash_code_is_reported(string expression) => Expect.InApply($"_ = {expression}; // ORPL0009");

    [Fact]
    public Task Stable_hashes_are_not() => Expect.InApply(
        """
        _ = Number.GetHashCode();
        _ = SHA256.HashData(Encoding.UTF8.GetBytes(Text));
        _ = new Stable().GetHashCode();
        """,
        "sealed class Stable { public override int GetHashCode() => 7; }");
}
