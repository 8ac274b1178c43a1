using System.Text.RegularExpressions;

namespace Orleans.Replication.Analyzers.Tests.Compiling;

/// <summary>
/// Compares what is reported with what a source says: each line that has to be reported ends with a comment of the rules' ids, as in
/// <c>// ORPL0001</c>, one for each report; every other line must not be.
/// </summary>
internal static partial class Expect
{
    /// <summary>The operation that a test's statements stand in, with things to use them on.</summary>
    private const string Shell =
        """
        using System.Collections.Concurrent;
        using System.Collections.Frozen;
        using System.Collections.Immutable;
        using System.Diagnostics;
        using System.Globalization;
        using System.Security.Cryptography;
        using System.Text;
        using Orleans.Replication;

        public sealed class Item { public int Size; public string Name { get; set; } = ""; }

        public struct Pair { public int Left; public List<int> Right; }

        public sealed class State
        {
            public int Total { get; set; }
            public int Field;
            public int[] Numbers = [];
            public List<int> List { get; set; } = [];
            public List<Item> Items { get; set; } = [];
            public Dictionary<string, int> Map { get; set; } = [];
            public Dictionary<int, Item> Things { get; set; } = [];
            public HashSet<int> Set { get; set; } = [];
            public ImmutableArray<int> Fixed { get; set; } = [];
            public ImmutableHashSet<int> Hashed { get; set; } = [];
            public ImmutableSortedSet<int> Sorted { get; set; } = [];
            public Pair Pair { get; set; }
        }

        public sealed record Operation(int Number, double Fraction, string Text, DateTime Date) : IReplicatedOperation<State, int>
        {
            public OperationResult<State, int> Apply(State state, in OperationContext context)
            {
        BODY
                return (state, 0);
            }
        MEMBERS
        }
        """;

    /// <summary>Checks statements of an operation's <c>Apply</c>.</summary>
    public static Task InApply(string body, string members = "") =>
        InSource(Shell.Replace("BODY", body, StringComparison.Ordinal).Replace("MEMBERS", members, StringComparison.Ordinal));

    /// <summary>Checks a whole source.</summary>
    public static async Task InSource(string source)
    {
        var found = await Compiled.AnalyzeAsync(Compiled.From(("Source.cs", source)));
        var lines = source.Split('\n');
        var expected =
            from line in Enumerable.Range(0, lines.Length)
            let comment = Comment().Match(lines[line])
            where comment.Success
            from id in Id().Matches(comment.Value)
            select $"{id.Value} in: {lines[line].Trim()}";
        var actual = found.Select(diagnostic => $"{diagnostic.Id} in: {lines[diagnostic.Location.GetLineSpan().StartLinePosition.Line].Trim()}");
        Assert.Equal(expected.Order(StringComparer.Ordinal), actual.Order(StringComparer.Ordinal));
    }

    [GeneratedRegex(@"//( ORPL\d{4})+\s*$")]
    private static partial Regex Comment();

    [GeneratedRegex(@"ORPL\d{4}")]
    private static partial Regex Id();
}
