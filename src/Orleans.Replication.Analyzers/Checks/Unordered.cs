using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Orleans.Replication.Analyzers.Checks;

/// <summary>Knows which collections have no order that replicas share, and what LINQ does with an order.</summary>
internal static class Unordered
{
    // The interfaces stand here because they promise no order; who keeps an ordered collection can name its type.
    private static readonly HashSet<string> Types = new(StringComparer.Ordinal)
    {
        "System.Collections.Hashtable", "System.Collections.IDictionary", "System.Collections.Concurrent.ConcurrentBag`1",
        "System.Collections.Concurrent.ConcurrentDictionary`2", "System.Collections.Frozen.FrozenDictionary`2", "System.Collections.Frozen.FrozenSet`1",
        "System.Collections.Generic.Dictionary`2", "System.Collections.Generic.Dictionary`2+KeyCollection",
        "System.Collections.Generic.Dictionary`2+ValueCollection", "System.Collections.Generic.HashSet`1", "System.Collections.Generic.IDictionary`2",
        "System.Collections.Generic.IReadOnlyDictionary`2", "System.Collections.Generic.IReadOnlySet`1", "System.Collections.Generic.ISet`1",
        "System.Collections.Generic.PriorityQueue`2+UnorderedItemsCollection", "System.Collections.Immutable.IImmutableDictionary`2",
        "System.Collections.Immutable.IImmutableSet`1", "System.Collections.Immutable.ImmutableDictionary`2",
        "System.Collections.Immutable.ImmutableDictionary`2+Builder", "System.Collections.Immutable.ImmutableHashSet`1",
        "System.Collections.Immutable.ImmutableHashSet`1+Builder",
    };

    private static readonly HashSet<string> Sorted = new(StringComparer.Ordinal)
    {
        "System.Collections.Generic.SortedDictionary`2", "System.Collections.Generic.SortedList`2", "System.Collections.Generic.SortedSet`1",
        "System.Collections.Immutable.ImmutableSortedDictionary", "System.Collections.Immutable.ImmutableSortedDictionary`2",
        "System.Collections.Immutable.ImmutableSortedDictionary`2+Builder", "System.Collections.Immutable.ImmutableSortedSet",
        "System.Collections.Immutable.ImmutableSortedSet`1", "System.Collections.Immutable.ImmutableSortedSet`1+Builder",
    };

    private static readonly HashSet<string> Factories = new(StringComparer.Ordinal)
    {
        "System.Collections.Frozen.FrozenDictionary", "System.Collections.Frozen.FrozenSet", "System.Collections.Immutable.ImmutableDictionary",
        "System.Collections.Immutable.ImmutableHashSet",
    };

    private static readonly HashSet<string> Lazy = new(StringComparer.Ordinal)
    {
        "Append", "AsEnumerable", "Cast", "Concat", "DefaultIfEmpty", "Distinct", "DistinctBy", "Except", "ExceptBy", "GroupBy", "GroupJoin", "Index", "Intersect",
        "IntersectBy", "Join", "LeftJoin", "OfType", "Prepend", "Reverse", "RightJoin", "Select", "SelectMany", "Union", "UnionBy", "Where",
    };

    private static readonly HashSet<string> Indifferent = new(StringComparer.Ordinal)
    {
        "All", "Any", "Contains", "Count", "LongCount", "Max", "Min", "Order", "OrderBy", "OrderByDescending", "OrderDescending", "ToDictionary",
        "ToHashSet", "TryGetNonEnumeratedCount",
    };

    /// <summary>Whether a collection of this type is gone through in no particular order.</summary>
    public static bool Is(ITypeSymbol? type) => type is not null && Types.Contains(Used.FullName(type));

    /// <summary>Whether an expression is such a collection, or the keys or values of one.</summary>
    public static bool Is(IOperation expression) =>
        Is(expression.Type)
        || expression is IPropertyReferenceOperation { Property.Name: "Keys" or "Values", Instance.Type: { } owner } && Is(owner);

    /// <summary>Whether it makes no difference to this type in which order it gets its elements.</summary>
    public static bool TakesAnyOrder(ITypeSymbol? type) =>
        type is not null && (Is(type) || Sorted.Contains(Used.FullName(type)) || Factories.Contains(Used.FullName(type)));

    /// <summary>Whether a LINQ method gives a sequence in the order in which it gets one.</summary>
    public static bool KeepsOrder(IMethodSymbol method) => IsLinq(method) && Lazy.Contains(method.Name);

    /// <summary>Whether a LINQ method gives the same for each order, or makes one. Fractions are not: their sums depend on the order of the parts.</summary>
    public static bool IsIndifferent(IMethodSymbol method) =>
        IsLinq(method) && (Indifferent.Contains(method.Name) || (method.Name == "Sum" && !IsFraction(method.ReturnType)));

    private static bool IsLinq(IMethodSymbol method) => Used.FullName(method.ContainingType) == "System.Linq.Enumerable";

    private static bool IsFraction(ITypeSymbol type) => Used.Value(type).SpecialType is SpecialType.System_Single or SpecialType.System_Double;
}
