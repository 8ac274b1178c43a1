using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Orleans.Replication.Analyzers.Reach;

/// <summary>Gives what one operation of a body calls: also what C# calls without saying so.</summary>
internal static class CallTargets
{
    /// <summary>The method as it is declared: not constructed, not reduced, and where a partial one has its body.</summary>
    public static IMethodSymbol Declaration(IMethodSymbol method)
    {
        var declared = (method.ReducedFrom ?? method).OriginalDefinition;
        return declared.PartialImplementationPart ?? declared;
    }

    /// <summary>The members that <paramref name="operation"/> itself calls, without those of its children.</summary>
    public static IEnumerable<ISymbol> Of(IOperation operation)
    {
        switch (operation)
        {
            case IInvocationOperation invocation:
                return [invocation.TargetMethod];
            case IMethodReferenceOperation reference:
                return [reference.Method];
            case IObjectCreationOperation { Constructor: { } constructor }:
                return [constructor];
            case IPropertyReferenceOperation property:
                return Accessors(property);
            case IFieldReferenceOperation { Field: { IsStatic: true } field }:
                return [field];
            case IEventAssignmentOperation { EventReference: IEventReferenceOperation { Event: var raised } } assignment:
                return Present(assignment.Adds ? raised.AddMethod : raised.RemoveMethod);
            case IBinaryOperation binary:
                return Present(binary.OperatorMethod);
            case IUnaryOperation unary:
                return Present(unary.OperatorMethod);
            case ICompoundAssignmentOperation compound:
                return Present(compound.OperatorMethod);
            case IIncrementOrDecrementOperation step:
                return Present(step.OperatorMethod);
            case IConversionOperation conversion:
                return Present(conversion.OperatorMethod);
            case IInterpolationOperation { Expression.Type: { } shown }:
                return Present(Parameterless(shown, nameof(ToString)));
            case IForEachLoopOperation { Collection: var collection }:
                return Enumerator(Plain.Of(collection).Type);
            case IUsingOperation { Resources: var resources }:
                return Disposal(resources);
            case IUsingDeclarationOperation { DeclarationGroup: var group }:
                return Disposal(group);
            default:
                return [];
        }
    }

    private static IEnumerable<ISymbol> Present(IMethodSymbol? method) => method is null ? [] : [method];

    private static IEnumerable<ISymbol> Accessors(IPropertyReferenceOperation reference)
    {
        // A static property or field stands for its initializer; those of an object belong to its constructors.
        if (reference.Property.IsStatic)
            yield return reference.Property;
        var assigned = reference.Parent is IAssignmentOperation assignment && ReferenceEquals(assignment.Target, reference);
        var stepped = reference.Parent is IIncrementOrDecrementOperation;
        if (reference.Property.GetMethod is { } getter && !(assigned && reference.Parent is ISimpleAssignmentOperation))
            yield return getter;
        if (reference.Property.SetMethod is { } setter && (assigned || stepped))
            yield return setter;
    }

    private static IEnumerable<ISymbol> Enumerator(ITypeSymbol? type)
    {
        if (type is null || Parameterless(type, "GetEnumerator") is not { } get)
            yield break;
        yield return get;
        if (Parameterless(get.ReturnType, "MoveNext") is { } move)
            yield return move;
        if (get.ReturnType.GetMembers("Current").OfType<IPropertySymbol>().FirstOrDefault()?.GetMethod is { } current)
            yield return current;
    }

    private static IEnumerable<ISymbol> Disposal(IOperation resources)
    {
        var types = resources is IVariableDeclarationGroupOperation group
            ? group.Declarations.SelectMany(declaration => declaration.Declarators).Select(declarator => declarator.Symbol.Type)
            : resources.Type is { } type ? [type] : Enumerable.Empty<ITypeSymbol>();
        return types.Select(type => Parameterless(type, "Dispose")).OfType<IMethodSymbol>();
    }

    private static IMethodSymbol? Parameterless(ITypeSymbol type, string name)
    {
        for (var current = type; current is not null; current = current.BaseType)
            if (current.GetMembers(name).OfType<IMethodSymbol>().FirstOrDefault(method => method.Parameters.IsEmpty) is { } found)
                return found;
        return null;
    }
}
