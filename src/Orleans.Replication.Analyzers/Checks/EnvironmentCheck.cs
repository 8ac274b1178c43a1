using Microsoft.CodeAnalysis;

namespace Orleans.Replication.Analyzers.Checks;

/// <summary>ORPL0005: the machine, its settings and its time zone.</summary>
internal sealed class EnvironmentCheck : ICheck
{
    public Finding? Look(IOperation operation) =>
        Used.Member(operation) is { ContainingType: { } type } member && DependsOnMachine(Used.FullName(type), member.Name)
            ? Finding.At(DeterminismRules.Environment, operation.Syntax)
            : null;

    private static bool DependsOnMachine(string type, string member) => type switch
    {
        "System.Environment" => member is not ("TickCount" or "TickCount64"),
        "System.AppContext" or "System.AppDomain" or "System.GC" or "System.Runtime.InteropServices.RuntimeInformation" => true,
        "System.OperatingSystem" => member.StartsWith("Is", StringComparison.Ordinal),
        "System.IO.Path" => member is "DirectorySeparatorChar" or "AltDirectorySeparatorChar" or "PathSeparator" or "VolumeSeparatorChar",
        "System.TimeZoneInfo" => member is "Local" or "FindSystemTimeZoneById" or "TryFindSystemTimeZoneById" or "GetSystemTimeZones",
        "System.DateTime" => member is "ToLocalTime" or "ToUniversalTime",
        "System.DateTimeOffset" => member is "ToLocalTime" or "LocalDateTime",
        _ => false,
    };
}
