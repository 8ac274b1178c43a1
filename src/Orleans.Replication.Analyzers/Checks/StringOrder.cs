using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Orleans.Replication.Analyzers.Checks;

/// <summary>
/// The part of ORPL0006 about sorting: strings that are sorted without a comparer are sorted by the current culture.
/// </summary>
internal static class StringOrder
{
    public static bool DependsOnCulture(IOperation operation) => operation switch
    {
        IInvocationOperation invocation => Sorts(invocation.TargetMethod) && !TakesComparer(invocation.TargetMethod),
        IObjectCreationOperation { Constructor: { } constructor } => IsSortedByString(constructor.ContainingType) && !TakesComparer(constructor),
        IFieldReferenceOperation { Field: { Name: "Empty", IsStatic: true, ContainingType: var type } } reference =>
            IsSortedByString(type) && reference.Parent is not IInvocationOperation { TargetMethod.Name: "WithComparers" or "WithComparer" },
        _ => false,
    };

    private static bool Sorts(IMethodSymbol method) => (Used.FullName(method.ContainingType), method.Name) switch
    {
        ("System.Linq.Enumerable", "Order" or "OrderDescending" or "OrderBy" or "OrderByDescending" or "ThenBy" or "ThenByDescending") => LastIsString(method),
        ("System.Linq.Enumerable", "Min" or "Max" or "MinBy" or "MaxBy") => LastIsString(method),
        ("System.Collections.Generic.List`1", "Sort") => Used.IsString(method.ContainingType.TypeArguments, 0),
        ("System.Array", "Sort") => FirstIsString(method),
        ("System.Collections.Immutable.ImmutableSortedDictionary" or "System.Collections.Immutable.ImmutableSortedSet", _) => FirstIsString(method),
        _ => false,
    };

    private static bool LastIsString(IMethodSymbol method) => Used.IsString(method.TypeArguments, method.TypeArguments.Length - 1);

    /// <summary>The key is the first type argument, except where the elements that it is taken from come before it.</summary>
    private static bool FirstIsString(IMethodSymbol method) =>
        Used.IsString(method.TypeArguments, method is { Name: "ToImmutableSortedDictionary", TypeArguments.Length: 3 } ? 1 : 0);

    private static bool IsSortedByString(INamedTypeSymbol type) =>
        Used.FullName(type) is "System.Collections.Generic.SortedDictionary`2" or "System.Collections.Generic.SortedList`2" or "System.Collections.Generic.SortedSet`1"
            or "System.Collections.Immutable.ImmutableSortedDictionary`2" or "System.Collections.Immutable.ImmutableSortedSet`1"
        && type.TypeArguments[0].SpecialType == SpecialType.System_String;

    private static bool TakesComparer(IMethodSymbol method) => method.Parameters.Any(parameter =>
        Used.FullName(parameter.Type) is "System.Collections.Generic.IComparer`1" or "System.Collections.IComparer" or "System.Comparison`1");
}
