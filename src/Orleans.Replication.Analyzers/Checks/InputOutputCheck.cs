using Microsoft.CodeAnalysis;

namespace Orleans.Replication.Analyzers.Checks;

/// <summary>
/// ORPL0004: files, consoles, processes, databases and networks. What only has its name from there, and works in memory, is fine.
/// </summary>
internal sealed class InputOutputCheck : ICheck
{
    private static readonly HashSet<string> InMemory = new(StringComparer.Ordinal)
    {
        "System.IO.BinaryReader", "System.IO.BinaryWriter", "System.IO.MemoryStream", "System.IO.Stream", "System.IO.StreamReader",
        "System.IO.StreamWriter", "System.IO.StringReader", "System.IO.StringWriter", "System.IO.TextReader", "System.IO.TextWriter",
        "System.IO.UnmanagedMemoryStream", "System.Net.DnsEndPoint", "System.Net.EndPoint", "System.Net.IPAddress", "System.Net.IPEndPoint",
        "System.Net.IPNetwork", "System.Net.SocketAddress", "System.Net.WebUtility", "System.Net.NetworkInformation.PhysicalAddress",
    };

    public Finding? Look(IOperation operation) =>
        Used.Member(operation) is { ContainingType: { } type } member && IsInputOutput(type, member)
            ? Finding.At(DeterminismRules.InputOutput, operation.Syntax)
            : null;

    private static bool IsInputOutput(INamedTypeSymbol type, ISymbol member)
    {
        var name = Used.FullName(type);
        if (name is "System.Console" or "System.Diagnostics.Process" or "System.Diagnostics.ProcessStartInfo")
            return true;
        if (name == "System.IO.Path")
            return member.Name is "Exists" or "GetFullPath" or "GetRandomFileName" or "GetTempFileName" or "GetTempPath";
        if (name is "System.IO.StreamReader" or "System.IO.StreamWriter")
            return member is IMethodSymbol { MethodKind: MethodKind.Constructor } constructor && Used.TakesStringFirst(constructor);
        if (type.TypeKind == TypeKind.Enum || IsException(type) || InMemory.Contains(name))
            return false;

        // Compression and hashing stand below System.IO, but work on what they are given.
        var space = type.ContainingNamespace?.ToDisplayString() ?? "";
        if (space == "System.IO.Hashing" || (space == "System.IO.Compression" && type.Name != "ZipFile"))
            return false;
        return IsIn(space, "System.IO") || IsIn(space, "System.Net") || IsIn(space, "System.Data");
    }

    private static bool IsIn(string space, string root) =>
        space.StartsWith(root, StringComparison.Ordinal) && (space.Length == root.Length || space[root.Length] == '.');

    private static bool IsException(ITypeSymbol type)
    {
        for (var current = type; current is not null; current = current.BaseType)
            if (Used.FullName(current) == "System.Exception")
                return true;
        return false;
    }
}
