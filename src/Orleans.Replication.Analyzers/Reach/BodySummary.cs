using Microsoft.CodeAnalysis;

namespace Orleans.Replication.Analyzers.Reach;

/// <summary>
/// What was read from the body of one member, or from an initializer: enough to decide later, when it is known what operations reach, without
/// keeping the body.
/// </summary>
internal sealed class BodySummary(ISymbol owner)
{
    /// <summary>The method, or the field or property that is initialized.</summary>
    public ISymbol Owner { get; } = owner;

    /// <summary>What is wrong in any case.</summary>
    public List<Finding> Findings { get; } = [];

    /// <summary>What is called, as declared: methods, and fields and properties for their initializers.</summary>
    public HashSet<ISymbol> Calls { get; } = new(SymbolEqualityComparer.Default);

    /// <summary>What changes an object that enters at a place: wrong if that object is the state.</summary>
    public List<(Place Root, Finding Finding)> Mutations { get; } = [];

    /// <summary>Which objects are handed on, from a place of this body to a place of what it calls.</summary>
    public List<(Place From, Place To)> Flows { get; } = [];

    /// <summary>What is wrong in this body when it is an operation's <c>Apply</c>, whose first parameter is the state.</summary>
    public IEnumerable<Finding> FindingsOf(IMethodSymbol apply)
    {
        var states = new HashSet<Place> { new(apply, 0) };
        var waiting = new Queue<Place>(states);
        while (waiting.Count > 0)
        {
            var from = waiting.Dequeue();
            foreach (var flow in Flows)
                if (flow.From.Equals(from) && states.Add(flow.To))
                    waiting.Enqueue(flow.To);
        }
        return Findings.Concat(Mutations.Where(mutation => states.Contains(mutation.Root)).Select(mutation => mutation.Finding));
    }
}
