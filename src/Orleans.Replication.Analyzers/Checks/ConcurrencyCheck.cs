using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Orleans.Replication.Analyzers.Checks;

/// <summary>ORPL0007: awaits, tasks, threads and locks.</summary>
internal sealed class ConcurrencyCheck : ICheck
{
    public Finding? Look(IOperation operation) => operation switch
    {
        IAwaitOperation => At(operation.Syntax),
        ILockOperation { LockedValue: var locked } => At(locked.Syntax),
        IAnonymousFunctionOperation { Symbol.IsAsync: true } => At(operation.Syntax),
        IInvocationOperation { TargetMethod.ReturnType: var returned } when IsThreading(returned) => At(operation.Syntax),
        _ => Used.Member(operation) is { ContainingType: { } type } && IsThreading(type) ? At(operation.Syntax) : null,
    };

    private static Finding At(SyntaxNode node) => Finding.At(DeterminismRules.Concurrency, node);

    private static bool IsThreading(ITypeSymbol type)
    {
        if (Used.FullName(type) == "System.Linq.ParallelEnumerable")
            return true;

        // A token that is handed through does nothing by itself.
        var space = type.ContainingNamespace?.ToDisplayString() ?? "";
        return space is "System.Threading" or "System.Threading.Tasks" or "System.Threading.Channels" && type.Name != "CancellationToken";
    }
}
