using Microsoft.CodeAnalysis;
using Orleans.Replication.Analyzers.Checks;

namespace Orleans.Replication.Analyzers.State;

/// <summary>Knows the types of the base class library whose objects change in place, and the methods that change them.</summary>
internal static class Mutable
{
    private static readonly HashSet<string> Types = new(StringComparer.Ordinal)
    {
        "System.Collections.ArrayList", "System.Collections.BitArray", "System.Collections.Hashtable", "System.Collections.Queue", "System.Collections.Stack",
        "System.Collections.Concurrent.BlockingCollection`1", "System.Collections.Concurrent.ConcurrentBag`1",
        "System.Collections.Concurrent.ConcurrentDictionary`2", "System.Collections.Concurrent.ConcurrentQueue`1",
        "System.Collections.Concurrent.ConcurrentStack`1", "System.Collections.Generic.Dictionary`2", "System.Collections.Generic.HashSet`1",
        "System.Collections.Generic.ICollection`1", "System.Collections.Generic.IDictionary`2", "System.Collections.Generic.IList`1",
        "System.Collections.Generic.ISet`1", "System.Collections.Generic.LinkedList`1", "System.Collections.Generic.List`1",
        "System.Collections.Generic.OrderedDictionary`2", "System.Collections.Generic.PriorityQueue`2", "System.Collections.Generic.Queue`1",
        "System.Collections.Generic.SortedDictionary`2", "System.Collections.Generic.SortedList`2", "System.Collections.Generic.SortedSet`1",
        "System.Collections.Generic.Stack`1", "System.Collections.IDictionary", "System.Collections.IList", "System.Collections.ObjectModel.Collection`1",
        "System.Collections.ObjectModel.ObservableCollection`1", "System.Random", "System.Text.StringBuilder", "System.Threading.AsyncLocal`1",
        "System.Threading.ThreadLocal`1",
    };

    private static readonly HashSet<string> Mutators = new(StringComparer.Ordinal)
    {
        "Add", "AddAfter", "AddBefore", "AddFirst", "AddLast", "AddOrUpdate", "AddRange", "And", "Append", "AppendFormat", "AppendJoin", "AppendLine", "Clear",
        "Dequeue", "DequeueEnqueue", "Enqueue", "EnqueueDequeue", "EnqueueRange", "EnsureCapacity", "ExceptWith", "GetOrAdd", "Insert", "InsertRange",
        "IntersectWith", "LeftShift", "Move", "Not", "Or", "Pop", "Push", "Remove", "RemoveAll", "RemoveAt", "RemoveFirst", "RemoveLast", "RemoveRange", "RemoveWhere",
        "Replace", "Reverse", "RightShift", "Set", "SetAll", "SetAt", "SetPosition", "SetValue", "Sort", "SymmetricExceptWith", "TrimExcess", "TryAdd", "TryDequeue",
        "TryPop", "TryRemove", "TryTake", "TryUpdate", "UnionWith", "Xor",
    };

    private static readonly HashSet<string> ArrayMutators = new(StringComparer.Ordinal) { "Clear", "Fill", "Resize", "Reverse", "Sort" };

    /// <summary>Whether objects of this type are collections, arrays or the like that change in place.</summary>
    public static bool Is(ITypeSymbol type) => type is IArrayTypeSymbol || Types.Contains(Used.FullName(type));

    /// <summary>Whether a method changes the object of the base class library that it is called on.</summary>
    public static bool IsChangedBy(IMethodSymbol method) =>
        !method.IsStatic && Mutators.Contains(method.Name) && (Is(method.ContainingType) || Used.FullName(method.ContainingType) == "System.Array");

    /// <summary>Whether a static method changes the array that it is given.</summary>
    public static bool IsArrayChangedBy(IMethodSymbol method) =>
        method.IsStatic && ArrayMutators.Contains(method.Name) && Used.FullName(method.ContainingType) == "System.Array";
}
