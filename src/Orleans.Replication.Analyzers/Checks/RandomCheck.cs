using Microsoft.CodeAnalysis;

namespace Orleans.Replication.Analyzers.Checks;

/// <summary>
/// ORPL0003: random numbers without a seed. A generator with a seed gives the same numbers everywhere; whether the seed is the same is for the
/// other rules to say.
/// </summary>
internal sealed class RandomCheck : ICheck
{
    public Finding? Look(IOperation operation) =>
        Used.Member(operation) is { ContainingType: { } type } member && HasNoSeed(Used.FullName(type), member)
            ? Finding.At(DeterminismRules.Random, operation.Syntax)
            : null;

    private static bool HasNoSeed(string type, ISymbol member) => type switch
    {
        "System.Random" => member is { Name: "Shared" } or IMethodSymbol { MethodKind: MethodKind.Constructor, Parameters.IsEmpty: true },
        "System.Security.Cryptography.RandomNumberGenerator" => true,
        "System.Linq.Enumerable" => member.Name == "Shuffle",
        _ => false,
    };
}
