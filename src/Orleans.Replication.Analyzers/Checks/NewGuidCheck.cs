using Microsoft.CodeAnalysis;

namespace Orleans.Replication.Analyzers.Checks;

/// <summary>ORPL0002: Guids that are new on each replica. A version 7 Guid with a given time has random bits as well.</summary>
internal sealed class NewGuidCheck : ICheck
{
    public Finding? Look(IOperation operation) =>
        Used.Member(operation) is { Name: "NewGuid" or "CreateVersion7", ContainingType: { } type } && Used.FullName(type) == "System.Guid"
            ? Finding.At(DeterminismRules.NewGuid, operation.Syntax)
            : null;
}
