using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using Orleans.Replication.Analyzers.Reach;

namespace Orleans.Replication.Analyzers.State;

/// <summary>ORPL0011: finds what changes an object that entered the body, and where such objects are handed on.</summary>
internal static class Mutations
{
    /// <summary>Adds what <paramref name="operation"/> changes or hands on to the summary.</summary>
    public static void Read(IOperation operation, Roots roots, BodySummary summary)
    {
        switch (operation)
        {
            case IDeconstructionAssignmentOperation { Target: ITupleOperation targets } deconstruction:
                foreach (var target in targets.Elements)
                    Assigned(target, deconstruction, roots, summary);
                break;
            case IAssignmentOperation assignment:
                Assigned(assignment.Target, assignment, roots, summary);
                break;
            case IIncrementOrDecrementOperation step:
                Assigned(step.Target, step, roots, summary);
                break;
            case IInvocationOperation invocation:
                Called(invocation, roots, summary);
                break;
            case IObjectCreationOperation { Constructor: { } constructor } creation:
                HandOn(constructor, null, creation.Arguments, roots, summary);
                break;
            case IPropertyReferenceOperation { Property: { GetMethod: { } getter, IsStatic: false } } property:
                HandOn(getter, property.Instance, property.Arguments, roots, summary);
                break;
        }
    }

    private static void Assigned(IOperation target, IOperation whole, Roots roots, BodySummary summary)
    {
        if (target is IMemberReferenceOperation or IArrayElementReferenceOperation && Roots.IsInsideObject(target) && roots.Of(target) is { } root)
            summary.Mutations.Add((root, Finding.At(DeterminismRules.Mutation, whole.Syntax)));
    }

    private static void Called(IInvocationOperation invocation, Roots roots, BodySummary summary)
    {
        var method = invocation.TargetMethod;
        var changed = Mutable.IsChangedBy(method) ? invocation.Instance
            : Mutable.IsArrayChangedBy(method) ? invocation.Arguments.FirstOrDefault()?.Value
            : null;
        if (changed is not null && roots.Of(changed) is { } root)
            summary.Mutations.Add((root, Finding.At(DeterminismRules.Mutation, invocation.Syntax)));
        HandOn(method, invocation.Instance, invocation.Arguments, roots, summary);
    }

    private static void HandOn(IMethodSymbol method, IOperation? instance, IEnumerable<IArgumentOperation> arguments, Roots roots, BodySummary summary)
    {
        // What a referenced assembly does with an object is not known.
        if (method.OriginalDefinition.DeclaringSyntaxReferences.IsEmpty && method.AssociatedSymbol?.DeclaringSyntaxReferences.IsEmpty != false)
            return;
        if (instance is { Type.IsReferenceType: true } && roots.Of(instance) is { } receiver)
            summary.Flows.Add((receiver, new Place(method, Place.This)));
        foreach (var argument in arguments)
            if (argument is { Parameter: { } parameter, Value.Type.IsReferenceType: true } && roots.Of(argument.Value) is { } root)
                summary.Flows.Add((root, new Place(method, parameter.Ordinal)));
    }
}
