using Microsoft.CodeAnalysis;

namespace Orleans.Replication.Analyzers;

/// <summary>
/// One rule, as two descriptors with the same id: what an operation itself does is reported while it is typed; what it reaches through other
/// members is known only when the whole compilation was seen, and an editor has to be told so.
/// </summary>
internal sealed class Rule(DiagnosticDescriptor direct, DiagnosticDescriptor reached)
{
    /// <summary>For what is written in the body of <c>Apply</c>.</summary>
    public DiagnosticDescriptor Direct { get; } = direct;

    /// <summary>For what is written in something that <c>Apply</c> calls.</summary>
    public DiagnosticDescriptor Reached { get; } = reached;

    /// <summary>The rule's id.</summary>
    public string Id => Direct.Id;
}
