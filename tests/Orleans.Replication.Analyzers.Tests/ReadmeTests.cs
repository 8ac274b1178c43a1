namespace Orleans.Replication.Analyzers.Tests;

/// <summary>The README's table is the list of rules.</summary>
public sealed class ReadmeTests
{
    [Fact]
    public void Every_rule_has_its_row_and_its_title()
    {
        var readme = Repository.Read("src/Orleans.Replication.Analyzers/README.md");
        var rows = readme.Split('\n').Where(line => line.StartsWith("| ORPL", StringComparison.Ordinal)).Select(line => string.Join('|', line.Split('|').Skip(1).Take(2)).Trim());
        Assert.Equal(DeterminismRules.All.Select(rule => $"{rule.Id} | {rule.Direct.Title}"), rows);
    }
}
