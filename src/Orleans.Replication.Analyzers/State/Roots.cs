using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using Orleans.Replication.Analyzers.Reach;

namespace Orleans.Replication.Analyzers.State;

/// <summary>
/// Traces an expression back to the place at which its object entered the body: through members, elements and indexers, and through locals that
/// were given such an object. What a method makes is another object.
/// </summary>
internal sealed class Roots
{
    // Locals that name each other in a circle, or very long chains, are given up.
    private const int MaxSteps = 64;

    private static readonly HashSet<string> Elements = new(StringComparer.Ordinal)
    {
        "ElementAt", "ElementAtOrDefault", "Find", "FindLast", "First", "FirstOrDefault", "GetValueOrDefault", "ItemRef", "Last", "LastOrDefault", "MaxBy", "MinBy",
        "Peek", "Single", "SingleOrDefault",
    };

    private readonly IMethodSymbol? _owner;
    private readonly Dictionary<ISymbol, IOperation> _locals = new(SymbolEqualityComparer.Default);

    public Roots(ISymbol owner, IEnumerable<IOperation> body)
    {
        _owner = owner as IMethodSymbol;
        foreach (var operation in body)
            Learn(operation);
    }

    /// <summary>Where the object came from that <paramref name="expression"/> is; null when it was made in the body, or copied.</summary>
    public Place? Of(IOperation expression)
    {
        IOperation? current = expression;
        for (var step = 0; current is not null && step < MaxSteps; step++)
        {
            current = Plain.Of(current);
            switch (current)
            {
                case IParameterReferenceOperation { Parameter: { ContainingSymbol: IMethodSymbol method } parameter }:
                    return new Place(method, parameter.Ordinal);
                case IInstanceReferenceOperation { ReferenceKind: InstanceReferenceKind.ContainingTypeInstance }
                    when _owner is { IsStatic: false, MethodKind: not MethodKind.Constructor }:
                    return new Place(_owner, Place.This);
                case ILocalReferenceOperation { Local: { } local } when _locals.TryGetValue(local, out var value):
                    current = value;
                    break;
                default:
                    current = Outer(current);
                    break;
            }
        }
        return null;
    }

    /// <summary>
    /// Whether to assign to <paramref name="target"/> changes an object, and not a value of the body's own: somewhere on the way to it there is a
    /// reference.
    /// </summary>
    public static bool IsInsideObject(IOperation target)
    {
        for (var current = Instance(Plain.Of(target)); current is not null; current = Instance(Plain.Of(current)))
            if (current.Type is { IsReferenceType: true } or ITypeParameterSymbol { IsValueType: false } || IsByReference(current))
                return true;
        return false;
    }

    private static bool IsByReference(IOperation operation) =>
        operation is ILocalReferenceOperation { Local.RefKind: RefKind.Ref } or IParameterReferenceOperation { Parameter.RefKind: RefKind.Ref };

    private void Learn(IOperation operation)
    {
        switch (operation)
        {
            case IVariableDeclaratorOperation { Symbol: { } local } declarator when declarator.GetVariableInitializer() is { } initializer:
                _locals[local] = initializer.Value;
                break;
            case ISimpleAssignmentOperation { Target: ILocalReferenceOperation { Local: { } local } } assignment when !_locals.ContainsKey(local):
                _locals[local] = assignment.Value;
                break;
            case IForEachLoopOperation { LoopControlVariable: IVariableDeclaratorOperation { Symbol: { } local } } loop:
                _locals[local] = loop.Collection;
                break;
            case IInvocationOperation { TargetMethod.Name: "TryGetValue" or "TryPeek", Instance: { } instance } invocation
                when invocation.Arguments.LastOrDefault()?.Value is { } result:
                if (result is IDeclarationExpressionOperation { Expression: var declared })
                    result = declared;
                if (result is ILocalReferenceOperation { Local: { } found })
                    _locals[found] = instance;
                break;
            case IIsPatternOperation { Pattern: IDeclarationPatternOperation { DeclaredSymbol: ILocalSymbol local } } match:
                _locals[local] = match.Value;
                break;
            case IIsPatternOperation { Pattern: IRecursivePatternOperation { DeclaredSymbol: ILocalSymbol local } } match:
                _locals[local] = match.Value;
                break;
        }
    }

    /// <summary>The object that has the value of <paramref name="operation"/> as a part.</summary>
    private static IOperation? Outer(IOperation operation) => operation switch
    {
        IInvocationOperation { TargetMethod: var method } invocation when Elements.Contains(method.Name) && method.DeclaringSyntaxReferences.IsEmpty =>
            invocation.Instance ?? invocation.Arguments.FirstOrDefault()?.Value,
        ICoalesceOperation coalesce => coalesce.Value,
        IConditionalAccessOperation conditional => conditional.WhenNotNull,
        IConditionalAccessInstanceOperation instance => Conditional(instance),
        _ => Instance(operation),
    };

    private static IOperation? Instance(IOperation operation) => operation switch
    {
        IMemberReferenceOperation member => member.Instance,
        IArrayElementReferenceOperation element => element.ArrayReference,
        IConditionalAccessInstanceOperation instance => Conditional(instance),
        _ => null,
    };

    private static IOperation? Conditional(IConditionalAccessInstanceOperation instance)
    {
        for (IOperation child = instance, parent = instance.Parent!; parent is not null; (child, parent) = (parent, parent.Parent!))
            if (parent is IConditionalAccessOperation access && !ReferenceEquals(access.Operation, child))
                return access.Operation;
        return null;
    }
}
