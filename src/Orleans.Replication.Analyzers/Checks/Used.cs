using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Orleans.Replication.Analyzers.Checks;

/// <summary>Answers which member an operation uses, and by which full name it and its type are known.</summary>
internal static class Used
{
    /// <summary>The method, constructor, property, field or event that <paramref name="operation"/> uses; null when it uses none.</summary>
    public static ISymbol? Member(IOperation operation) => operation switch
    {
        IInvocationOperation invocation => invocation.TargetMethod,
        IObjectCreationOperation creation => creation.Constructor,
        IMethodReferenceOperation reference => reference.Method,
        IMemberReferenceOperation reference => reference.Member,
        _ => null,
    };

    /// <summary><c>System.Collections.Generic.List`1</c>, with <c>+</c> before a nested type.</summary>
    public static string FullName(ITypeSymbol type)
    {
        var definition = type.OriginalDefinition;
        if (definition.ContainingType is { } outer)
            return FullName(outer) + "+" + definition.MetadataName;
        return definition.ContainingNamespace is { IsGlobalNamespace: false } space
            ? space.ToDisplayString() + "." + definition.MetadataName
            : definition.MetadataName;
    }

    /// <summary>The type itself; of a nullable value type, the type of the value.</summary>
    public static ITypeSymbol Value(ITypeSymbol type) =>
        type is INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T } nullable ? nullable.TypeArguments[0] : type;

    /// <summary>Whether the type argument, or the parameter's type, at a place is <see cref="string"/>.</summary>
    public static bool IsString(ImmutableArray<ITypeSymbol> types, int place) =>
        place >= 0 && place < types.Length && types[place].SpecialType == SpecialType.System_String;

    /// <summary>Whether the first parameter of a method is a <see cref="string"/>.</summary>
    public static bool TakesStringFirst(IMethodSymbol method) =>
        !method.Parameters.IsEmpty && method.Parameters[0].Type.SpecialType == SpecialType.System_String;

    /// <summary>Whether a call has a parameter of this type.</summary>
    public static bool Takes(IMethodSymbol method, string parameterType) => method.Parameters.Any(parameter => FullName(parameter.Type) == parameterType);
}
