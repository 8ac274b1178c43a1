namespace Orleans.Replication.Cli.Output;

/// <summary>What a script learns from how the tool ends. Part of its interface.</summary>
internal static class ExitCodes
{
    public const int Done = 0;

    /// <summary>Nothing was changed, or it is said what was.</summary>
    public const int NotDone = 1;

    public const int WrongArguments = 2;

    /// <summary>A verification found damage.</summary>
    public const int Damaged = 3;

    /// <summary>The silo cannot be reached, or cannot do it now.</summary>
    public const int Unavailable = 4;
}
