using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Orleans.Replication.Analyzers.Checks;

/// <summary>
/// ORPL0008: going through a collection without an order. It starts at each expression that is such a collection and follows it to where its
/// elements are used: through lazy LINQ methods and locals, up to something that sorts, that does not care, or that goes through it.
/// </summary>
internal sealed class UnorderedCheck : ICheck
{
    // Queries that name each other through locals end here.
    private const int MaxSteps = 64;

    public Finding? Look(IOperation operation)
    {
        if (operation.IsImplicit && operation is IConversionOperation || !Unordered.Is(operation))
            return null;
        return Use(operation, MaxSteps) is { } use ? Finding.At(DeterminismRules.Unordered, use) : null;
    }

    /// <summary>The expression that goes through <paramref name="sequence"/> in its order; null when nothing does.</summary>
    private static SyntaxNode? Use(IOperation sequence, int steps)
    {
        if (steps == 0)
            return null;
        switch (sequence.Parent)
        {
            case IParenthesizedOperation parenthesized:
                return Use(parenthesized, steps - 1);
            case IConditionalAccessOperation or IConditionalOperation or ICoalesceOperation:
                return sequence.Parent is IConditionalAccessOperation { Operation: var tested } && ReferenceEquals(tested, sequence)
                    ? null
                    : Use(sequence.Parent, steps - 1);
            case IConversionOperation conversion:
                // A cast to another such type is an expression that is looked at by itself.
                return (!conversion.IsImplicit && Unordered.Is(conversion.Type)) || !IsSequence(conversion.Type) ? null : Use(conversion, steps - 1);
            case IForEachLoopOperation loop when ReferenceEquals(loop.Collection, sequence):
                return sequence.Syntax;
            case ISpreadOperation spread:
                return spread.Parent is ICollectionExpressionOperation { Type: var made } && Unordered.TakesAnyOrder(made) ? null : spread.Syntax;
            case IInvocationOperation { TargetMethod.Name: "GetEnumerator" or "CopyTo" } invocation when ReferenceEquals(invocation.Instance, sequence):
                return invocation.Syntax;
            case IArgumentOperation argument:
                return Passed(argument, steps);
            case IVariableInitializerOperation { Parent: IVariableDeclaratorOperation { Symbol: { } local } }:
                return IsLooked(local.Type) ? null : Local(local, sequence, steps);
            case ISimpleAssignmentOperation { Target: ILocalReferenceOperation { Local: { } local } } assignment when ReferenceEquals(assignment.Value, sequence):
                return IsLooked(local.Type) ? null : Local(local, sequence, steps);
            case ISimpleAssignmentOperation assignment when ReferenceEquals(assignment.Value, sequence):
                return IsLooked(assignment.Target.Type) ? null : sequence.Syntax;
            case IReturnOperation or ITupleOperation:
                return IsLooked(sequence.Type) ? null : sequence.Syntax;
            default:
                return null;
        }
    }

    private static SyntaxNode? Passed(IArgumentOperation argument, int steps)
    {
        switch (argument.Parent)
        {
            case IInvocationOperation { TargetMethod: var method } invocation:
                if (Unordered.IsIndifferent(method))
                    return null;
                if (Unordered.KeepsOrder(method))
                    return IsOnlyLookedUp(method, argument) ? null : Use(invocation, steps - 1);
                if (Unordered.TakesAnyOrder(method.ContainingType) || IsLooked(argument.Parameter?.Type) || !IsSequence(argument.Parameter?.Type))
                    return null;
                return invocation.Syntax;
            case IObjectCreationOperation creation:
                return Unordered.TakesAnyOrder(creation.Type) || IsLooked(argument.Parameter?.Type) || !IsSequence(argument.Parameter?.Type) ? null : creation.Syntax;
            default:
                return null;
        }
    }

    /// <summary>What a set operation takes away or leaves does not depend on the order of its second sequence.</summary>
    private static bool IsOnlyLookedUp(IMethodSymbol method, IArgumentOperation argument) =>
        method.Name is "Except" or "ExceptBy" or "Intersect" or "IntersectBy" && argument.Parameter?.Ordinal == 1;

    private static SyntaxNode? Local(ILocalSymbol local, IOperation sequence, int steps)
    {
        var root = sequence;
        while (root.Parent is not null)
            root = root.Parent;
        return root.Descendants().OfType<ILocalReferenceOperation>()
            .Where(reference => SymbolEqualityComparer.Default.Equals(reference.Local, local))
            .Select(reference => Use(reference, steps - 1))
            .FirstOrDefault(use => use is not null);
    }

    /// <summary>Whether the type itself says that there is no order: then each use of it is looked at by itself.</summary>
    private static bool IsLooked(ITypeSymbol? type) => Unordered.Is(type);

    private static bool IsSequence(ITypeSymbol? type) => type is not null && (Used.FullName(type).StartsWith("System.Collections", StringComparison.Ordinal) || type is IArrayTypeSymbol);
}
