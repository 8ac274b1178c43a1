using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using Microsoft.CodeAnalysis.Text;
using Orleans.Replication.Analyzers.Checks;
using Orleans.Replication.Analyzers.State;

namespace Orleans.Replication.Analyzers.Reach;

/// <summary>Reads a body once, with every check, and sums up what was found. Lambdas and local functions are part of the body they stand in.</summary>
internal static class BodyReader
{
    private static readonly ImmutableArray<ICheck> Checks =
    [
        new ClockCheck(), new NewGuidCheck(), new RandomCheck(), new InputOutputCheck(), new EnvironmentCheck(), new CultureCheck(), new ConcurrencyCheck(),
        new UnorderedCheck(), new HashCodeCheck(), new StaticStateCheck(),
    ];

    public static BodySummary Read(ISymbol owner, ImmutableArray<IOperation> blocks, CancellationToken cancellationToken)
    {
        var operations = blocks.SelectMany(Walk).ToList();
        var summary = new BodySummary(owner);
        var roots = new Roots(owner, operations);
        var found = new HashSet<(string RuleId, TextSpan Span)>();
        foreach (var operation in operations)
        {
            cancellationToken.ThrowIfCancellationRequested();
            foreach (var target in CallTargets.Of(operation))
                summary.Calls.Add(target is IMethodSymbol method ? CallTargets.Declaration(method) : target.OriginalDefinition);
            Mutations.Read(operation, roots, summary);
            foreach (var check in Checks)
                if (check.Look(operation) is { } finding && !IsInside(finding, found) && !IsOwnStaticState(finding, owner))
                {
                    found.Add((finding.Rule.Id, finding.Location.SourceSpan));
                    summary.Findings.Add(finding);
                }
        }
        return summary;
    }

    /// <summary>A body from the outside to the inside, in the order of the text; without what is named only, and never runs.</summary>
    private static IEnumerable<IOperation> Walk(IOperation root)
    {
        var waiting = new Stack<IOperation>();
        waiting.Push(root);
        while (waiting.Count > 0)
        {
            var operation = waiting.Pop();
            if (operation is INameOfOperation or IAttributeOperation)
                continue;
            yield return operation;
            foreach (var child in operation.ChildOperations.Reverse())
                waiting.Push(child);
        }
    }

    /// <summary>Whether the same was found already with a larger expression: one mistake is one report.</summary>
    private static bool IsInside(Finding finding, HashSet<(string RuleId, TextSpan Span)> found) =>
        found.Any(other => other.RuleId == finding.Rule.Id && other.Span.Contains(finding.Location.SourceSpan));

    /// <summary>A static constructor sets up the static fields of its type.</summary>
    private static bool IsOwnStaticState(Finding finding, ISymbol owner) =>
        finding.Rule.Id == DeterminismRules.StaticStateId && owner is IMethodSymbol { MethodKind: MethodKind.StaticConstructor };
}
