using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Orleans.Replication.Analyzers.Checks;

/// <summary>
/// ORPL0009: hash codes. Those of integers are the integers; those that the compilation itself defines are looked at where they are defined.
/// </summary>
internal sealed class HashCodeCheck : ICheck
{
    public Finding? Look(IOperation operation)
    {
        if (Used.Member(operation) is not IMethodSymbol { ContainingType: { } type } method)
            return null;
        var seeded = Used.FullName(type) == "System.HashCode"
            || (method.Name == nameof(GetHashCode) && method.DeclaringSyntaxReferences.IsEmpty && !IsStable(operation));
        return seeded ? Finding.At(DeterminismRules.HashCode, operation.Syntax) : null;
    }

    private static bool IsStable(IOperation operation) =>
        operation is IInvocationOperation { Instance.Type.SpecialType: >= SpecialType.System_Boolean and <= SpecialType.System_UInt64 };
}
