using System.Globalization;

namespace Orleans.Replication.Nemesis;

/// <summary>How long and how hard the faults go on. The defaults are a short version for every build; the environment asks for more.</summary>
internal static class NemesisSettings
{
    /// <summary>How often each fault is repeated: <c>NEMESIS_KILLS</c>, 1 when it is not set.</summary>
    public static int Kills { get; } = Read("NEMESIS_KILLS", 1);

    /// <summary>Where the random choices begin: <c>NEMESIS_SEED</c>, drawn anew for each run when it is not set, and printed when a test fails.</summary>
    public static int Seed { get; } = Read("NEMESIS_SEED", Random.Shared.Next(1, 1_000_000));

    /// <summary>KeyValue.dll of a build of an earlier commit: <c>NEMESIS_EARLIER</c>, which <c>build/mixed.sh</c> sets; null when it is not set.</summary>
    public static string? EarlierBuild { get; } = Environment.GetEnvironmentVariable("NEMESIS_EARLIER") is { Length: > 0 } path ? path : null;

    /// <summary>How many clients write at once.</summary>
    public const int Writers = 64;

    private static int Read(string variable, int otherwise) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
}
