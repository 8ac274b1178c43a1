using Microsoft.CodeAnalysis;

namespace Orleans.Replication.Analyzers.Reach;

/// <summary>Names the members between an operation and a finding, as a message shows them.</summary>
internal static class Way
{
    private static readonly SymbolDisplayFormat Format = new(
        typeQualificationStyle: SymbolDisplayTypeQualificationStyle.NameOnly,
        memberOptions: SymbolDisplayMemberOptions.IncludeContainingType);

    /// <summary><c>Reserve.Apply</c>.</summary>
    public static string Name(ISymbol member) => (member is IMethodSymbol { AssociatedSymbol: { } owner } ? owner : member) switch
    {
        IMethodSymbol { MethodKind: MethodKind.ExplicitInterfaceImplementation } implementation =>
            $"{implementation.ContainingType.Name}.{implementation.ExplicitInterfaceImplementations[0].Name}",
        IMethodSymbol { MethodKind: MethodKind.Constructor or MethodKind.StaticConstructor } constructor => $"new {constructor.ContainingType.Name}",
        var other => other.ToDisplayString(Format),
    };
}
