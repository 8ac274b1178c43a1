using Microsoft.CodeAnalysis;

namespace Orleans.Replication.Analyzers.Checks;

/// <summary>ORPL0001: clocks, and what measures time.</summary>
internal sealed class ClockCheck : ICheck
{
    public Finding? Look(IOperation operation) =>
        Used.Member(operation) is { ContainingType: { } type } member && Reads(Used.FullName(type), member.Name)
            ? Finding.At(DeterminismRules.Clock, operation.Syntax)
            : null;

    private static bool Reads(string type, string member) => type switch
    {
        "System.DateTime" => member is "Now" or "UtcNow" or "Today",
        "System.DateTimeOffset" => member is "Now" or "UtcNow",
        "System.Environment" => member is "TickCount" or "TickCount64",
        "System.Diagnostics.Stopwatch" or "System.TimeProvider" => true,
        _ => false,
    };
}
