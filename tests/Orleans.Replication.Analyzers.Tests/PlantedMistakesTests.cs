using Orleans.Replication.Analyzers.Tests.Compiling;

namespace Orleans.Replication.Analyzers.Tests;

/// <summary>The analyzer finds all that was planted.</summary>
public sealed class PlantedMistakesTests
{
    private static readonly string Source = Repository.Read("tests/Orleans.Replication.Analyzers.Tests/Planted/TwentyMistakes.cs");

    [Fact]
    public Task Each_is_found_on_its_line_and_nothing_else_is() => Expect.InSource(Source);

    [Fact]
    public async Task Of_twenty_planted_mistakes_twenty_are_found()
    {
        var found = await Compiled.AnalyzeAsync(Compiled.From(("TwentyMistakes.cs", Source)));
        Assert.Equal(20, found.Length);
        Assert.Equal(11, found.Select(diagnostic => diagnostic.Id).Distinct().Count());
    }
}
