using Microsoft.CodeAnalysis;

namespace Orleans.Replication.Analyzers;

/// <summary>A place in a body that breaks a rule, if an operation reaches that body.</summary>
internal sealed class Finding(Rule rule, Location location, string what)
{
    public Rule Rule { get; } = rule;

    public Location Location { get; } = location;

    /// <summary>The code that was found, short enough for a message.</summary>
    public string What { get; } = what;

    public static Finding At(Rule rule, SyntaxNode node) => new(rule, node.GetLocation(), Short(node));

    private static string Short(SyntaxNode node)
    {
        const int limit = 60;
        var text = string.Join(" ", node.ToString().Split([' ', '\r', '\n', '\t'], StringSplitOptions.RemoveEmptyEntries));
        return text.Length <= limit ? text : text.Substring(0, limit) + "…";
    }
}
