using Microsoft.CodeAnalysis;

namespace Orleans.Replication.Analyzers.Checks;

/// <summary>Looks at one operation of a body for what breaks a rule wherever an operation reaches it.</summary>
internal interface ICheck
{
    /// <summary>What <paramref name="operation"/> itself does wrong, without its children; null when that is nothing.</summary>
    Finding? Look(IOperation operation);
}
