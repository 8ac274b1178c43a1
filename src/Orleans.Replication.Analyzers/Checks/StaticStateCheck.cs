using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using Orleans.Replication.Analyzers.State;

namespace Orleans.Replication.Analyzers.Checks;

/// <summary>
/// ORPL0010: static fields and properties of the compilation that can change: those that are not read-only, and those that hold something
/// that can change.
/// </summary>
internal sealed class StaticStateCheck : ICheck
{
    public Finding? Look(IOperation operation) => operation switch
    {
        IFieldReferenceOperation { Field: { IsStatic: true, IsConst: false } field } when CanChange(field.IsReadOnly, field.Type, field) => At(operation),
        IPropertyReferenceOperation { Property: { IsStatic: true } property } when IsStored(property) && CanChange(property.IsReadOnly, property.Type, property) =>
            At(operation),
        _ => null,
    };

    private static Finding At(IOperation operation) => Finding.At(DeterminismRules.StaticState, operation.Syntax);

    private static bool CanChange(bool isReadOnly, ITypeSymbol type, ISymbol member) =>
        !member.DeclaringSyntaxReferences.IsEmpty && (!isReadOnly || Mutable.Is(type));

    /// <summary>Whether the compiler makes a field for it; otherwise its accessors are looked at.</summary>
    private static bool IsStored(IPropertySymbol property) =>
        property.ContainingType.GetMembers().OfType<IFieldSymbol>().Any(field => SymbolEqualityComparer.Default.Equals(field.AssociatedSymbol, property));
}
