using Microsoft.CodeAnalysis;

namespace Orleans.Replication.Analyzers.Reach;

/// <summary>Knows which methods are the <c>Apply</c> of an operation.</summary>
internal sealed class Operations
{
    private readonly INamedTypeSymbol _interface;

    private Operations(INamedTypeSymbol @interface) => _interface = @interface;

    /// <summary>Null when the compilation does not reference the abstractions: it has no operations.</summary>
    public static Operations? Find(Compilation compilation) =>
        compilation.GetTypeByMetadataName("Orleans.Replication.IReplicatedOperation`2") is { } type ? new Operations(type) : null;

    /// <summary>Whether a method is an operation's <c>Apply</c> by its own type's declaration, or overrides one.</summary>
    public bool Implements(IMethodSymbol method)
    {
        for (var current = method; current is not null; current = current.OverriddenMethod)
            if (Of(current.ContainingType).Any(apply => SymbolEqualityComparer.Default.Equals(apply.OriginalDefinition, current.OriginalDefinition)))
                return true;
        return false;
    }

    /// <summary>
    /// The <c>Apply</c> methods of a type, one for each time that it implements the interface. A base class may declare them, also one that does
    /// not implement the interface itself.
    /// </summary>
    public IEnumerable<IMethodSymbol> Of(INamedTypeSymbol type) =>
        from implemented in type.AllInterfaces
        where SymbolEqualityComparer.Default.Equals(implemented.OriginalDefinition, _interface)
        from member in implemented.GetMembers("Apply")
        let apply = type.FindImplementationForInterfaceMember(member) as IMethodSymbol
        where apply is not null
        select apply;
}
