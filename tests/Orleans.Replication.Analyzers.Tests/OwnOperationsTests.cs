using Orleans.Replication.Analyzers.Tests.Compiling;

namespace Orleans.Replication.Analyzers.Tests;

/// <summary>The operations of this repository are as they should be, except where a test needs one that is not.</summary>
public sealed class OwnOperationsTests
{
    [Theory]
    [InlineData("samples/KeyValue/Grains", "KeyValue.Grains.Add")]
    [InlineData("samples/Bank/Grains", "Bank.Grains.Transfer")]
    [InlineData("src/Orleans.Replication.Recipes", "Orleans.Replication.Recipes.AcquireLock")]
    public async Task The_samples_and_recipes_have_no_mistakes(string folder, string operation)
    {
        var compilation = Compiled.From(Repository.Sources(folder));
        Assert.NotNull(compilation.GetTypeByMetadataName(operation));
        Assert.Empty(await Compiled.AnalyzeAsync(compilation));
    }

    [Theory]
    [InlineData("samples/KeyValue/Grains", "var sum = checked", "_ = System.Guid.NewGuid(); var sum = checked")]
    [InlineData("samples/Bank/Grains", "var right = Ranges", "_ = System.Guid.NewGuid(); var right = Ranges")]
    public async Task A_mistake_planted_in_a_sample_is_found(string folder, string right, string wrong)
    {
        var sources = Repository.Sources(folder).Select(source => (source.Path, source.Text.Replace(right, wrong, StringComparison.Ordinal)));
        Assert.Equal("ORPL0002", Assert.Single(await Compiled.AnalyzeAsync(Compiled.From(sources))).Id);
    }

    [Fact]
    public async Task The_tests_operations_have_only_the_mistakes_that_they_are_there_for()
    {
        var found = await Compiled.AnalyzeAsync(Compiled.From(
            Repository.Sources("tests/Orleans.Replication.Tests/Grains")
                .Append(("Usings.cs", "global using Xunit;"))));
        Assert.Equal(
            ["ORPL0007 Thread.CurrentThread", "ORPL0011 state.Items.Add(\"spoilt\")"],
            found.Select(diagnostic => $"{diagnostic.Id} {diagnostic.Location.SourceTree!.GetText(TestContext.Current.CancellationToken).ToString(diagnostic.Location.SourceSpan)}").Order(StringComparer.Ordinal));
    }
}
