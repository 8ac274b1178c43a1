using Microsoft.CodeAnalysis;

namespace Orleans.Replication.Analyzers.Reach;

/// <summary>
/// Where an object enters a method: one of its parameters, or its <c>this</c>. When the state enters there, what the method changes of it is the state.
/// </summary>
internal readonly struct Place(IMethodSymbol method, int parameter) : IEquatable<Place>
{
    /// <summary>The <see cref="Parameter"/> of the object that the method is called on.</summary>
    public const int This = -1;

    /// <summary>The method's declaration.</summary>
    public IMethodSymbol Method { get; } = CallTargets.Declaration(method);

    /// <summary>The parameter's ordinal, or <see cref="This"/>.</summary>
    public int Parameter { get; } = parameter;

    public bool Equals(Place other) => Parameter == other.Parameter && SymbolEqualityComparer.Default.Equals(Method, other.Method);

    public override bool Equals(object? obj) => obj is Place other && Equals(other);

    public override int GetHashCode() => (SymbolEqualityComparer.Default.GetHashCode(Method) * 397) ^ Parameter;
}
