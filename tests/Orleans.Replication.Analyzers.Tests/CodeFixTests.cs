using Microsoft.CodeAnalysis.CodeFixes;
using Orleans.Replication.Analyzers.Tests.Compiling;

namespace Orleans.Replication.Analyzers.Tests;

/// <summary>Each fix gives code that compiles and that the analyzer has nothing to say about.</summary>
public sealed class CodeFixTests
{
    private const string Shell =
        """
        using System;
        using System.Collections.Generic;
        using Orleans.Replication;

        public sealed record Operation(int Number, string Text, Dictionary<string, int> Map, HashSet<int> Set, Dictionary<int, object> Things)
            : IReplicatedOperation<string, int>
        {
            public OperationResult<string, int> Apply(string state, in OperationContext context)
            {
                BODY
                return (state, 0);
            }
        }
        """;

    [Theory]
    [InlineData("var at = DateTime.UtcNow;", "var at = context.Timestamp.UtcDateTime;")]
    [InlineData("var at = DateTime.Now;", "var at = context.Timestamp.UtcDateTime;")]
    [InlineData("var at = DateTime.Today;", "var at = context.Timestamp.UtcDateTime.Date;")]
    [InlineData("var at = DateTimeOffset.UtcNow.AddDays(1);", "var at = context.Timestamp.AddDays(1);")]
    public Task A_clock_becomes_the_leaders_timestamp(string before, string after) => Becomes(new ContextTimestampFix(), before, after, "");

    [Theory]
    [InlineData("Func<DateTime> now = () => DateTime.UtcNow;")]
    [InlineData("_ = Environment.TickCount;")]
    public async Task No_timestamp_is_offered_where_it_cannot_stand(string before) =>
        Assert.Null(await Fixed.ByAsync(new ContextTimestampFix(), Shell.Replace("BODY", before, StringComparison.Ordinal)));

    [Theory]
    [InlineData("var random = new Random();", "var random = new Random(unchecked((int)context.Seed));")]
    [InlineData("Random random = new();", "Random random = new(unchecked((int)context.Seed));")]
    [InlineData("_ = Random.Shared.Next(6);", "_ = new Random(unchecked((int)context.Seed)).Next(6);")]
    [InlineData("_ = System.Random.Shared.Next(6);", "_ = new System.Random(unchecked((int)context.Seed)).Next(6);")]
    public Task A_generator_gets_the_operations_seed(string before, string after) => Becomes(new SeededRandomFix(), before, after, "");

    [Theory]
    [InlineData("Func<Random> make = () => new Random();")]
    [InlineData("_ = System.Security.Cryptography.RandomNumberGenerator.GetInt32(6);")]
    public async Task No_seed_is_offered_where_it_cannot_stand(string before) =>
        Assert.Null(await Fixed.ByAsync(new SeededRandomFix(), Shell.Replace("BODY", before, StringComparison.Ordinal)));

    [Fact]
    public async Task All_of_a_document_are_fixed_at_once() => Assert.Equal(
        Shell.Replace("BODY", "var at = context.Timestamp.UtcDateTime; var later = context.Timestamp.AddDays(1);", StringComparison.Ordinal),
        await Fixed.AllByAsync(new ContextTimestampFix(), Shell.Replace("BODY", "var at = DateTime.UtcNow; var later = DateTimeOffset.UtcNow.AddDays(1);", StringComparison.Ordinal)));

    [Theory]
    [InlineData("_ = Number.ToString();", "_ = Number.ToString(CultureInfo.InvariantCulture);")]
    [InlineData("_ = Number.ToString(\"N0\");", "_ = Number.ToString(\"N0\", CultureInfo.InvariantCulture);")]
    [InlineData("_ = double.Parse(Text);", "_ = double.Parse(Text, CultureInfo.InvariantCulture);")]
    public Task A_number_gets_the_invariant_culture(string before, string after) =>
        Becomes(new InvariantCultureFix(), before, after, "System.Globalization");

    [Theory]
    [InlineData("foreach (var pair in Map) { }", "foreach (var pair in Map.OrderBy(pair => pair.Key, StringComparer.Ordinal)) { }")]
    [InlineData("foreach (var (key, value) in Things) { }", "foreach (var (key, value) in Things.OrderBy(pair => pair.Key)) { }")]
    [InlineData("foreach (var value in Set) { }", "foreach (var value in Set.Order()) { }")]
    [InlineData("foreach (var key in Map.Keys) { }", "foreach (var key in Map.Keys.Order(StringComparer.Ordinal)) { }")]
    public Task A_loop_gets_an_order(string before, string after) => Becomes(new OrderFix(), before, after, "System.Linq");

    [Fact]
    public async Task What_has_no_order_of_its_own_gets_none() =>
        Assert.Null(await Fixed.ByAsync(new OrderFix(), Shell.Replace("BODY", "foreach (var value in Things.Values) { }", StringComparison.Ordinal)));

    private static async Task Becomes(CodeFixProvider provider, string before, string after, string space)
    {
        var expected = Shell.Replace("BODY", after, StringComparison.Ordinal);
        if (space.Length > 0)
            expected = expected.Replace("using Orleans.Replication;", $"using {space};\nusing Orleans.Replication;", StringComparison.Ordinal);
        Assert.Equal(expected, await Fixed.ByAsync(provider, Shell.Replace("BODY", before, StringComparison.Ordinal)));
    }
}
