using Orleans.Replication.Libp2p.Tests.Support;

namespace Orleans.Replication.Libp2p.Tests.Samples;

/// <summary>The README's echo service is short, compiles, and works.</summary>
public sealed class ReadmeExampleTests
{
    [Fact]
    public async Task It_says_hello()
    {
        await ReadmeExample.RunAsync().InTimeAsync("the example ends");

        Assert.Equal("hello", ReadmeExample.Console.LastLine);
    }

    [Fact]
    public async Task It_is_the_one_of_the_README_and_has_twenty_lines_at_most()
    {
        var readme = await File.ReadAllLinesAsync(Path.Combine(Root(), "src/Orleans.Replication.Libp2p/README.md"));
        var example = Code(readme.SkipWhile(line => line != "```csharp").Skip(1).TakeWhile(line => line != "```"));
        var source = await File.ReadAllLinesAsync(Path.Combine(Root(), "tests/Orleans.Replication.Libp2p.Tests/Samples/ReadmeExample.cs"));
        var usings = source.Where(line => line.StartsWith("using ", StringComparison.Ordinal));
        var body = source.SkipWhile(line => !line.Contains("RunAsync()", StringComparison.Ordinal)).Skip(2).TakeWhile(line => line != "    }");

        Assert.Equal(Code(usings.Concat(body)), example);
        Assert.InRange(example.Count, 1, 20);
    }

    private static List<string> Code(IEnumerable<string> lines) => [.. lines.Select(line => line.Trim()).Where(line => line.Length > 0)];

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Orleans.Replication.slnx")))
            folder = folder.Parent ?? throw new DirectoryNotFoundException("Run these tests from a checkout.");
        return folder.FullName;
    }
}
