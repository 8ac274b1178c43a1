namespace Orleans.Replication;

/// <summary>
/// The operation belongs to a version that is not in force yet, since not every silo's code has it (<see cref="SinceVersionAttribute"/>). Nothing was written: retry after the last silo was
/// updated, or do meanwhile what the earlier version does.
/// </summary>
[GenerateSerializer]
[Alias("Orleans.Replication.OperationNotYetAvailableException")]
public sealed class OperationNotYetAvailableException : ReplicationUnavailableException
{
    /// <summary>Makes the error.</summary>
    /// <param name="operation">The operation's type.</param>
    /// <param name="requiredVersion">The version that it belongs to.</param>
    /// <param name="versionInForce">The version that is in force, as far as the caller's silo knows.</param>
    public OperationNotYetAvailableException(string operation, int requiredVersion, int versionInForce)
        : base(
            $"Operation {operation} belongs to version {requiredVersion} of the operations, and version {versionInForce} is in force: not every silo of the group has been updated. "
            + "Nothing was written.")
    {
        RequiredVersion = requiredVersion;
        VersionInForce = versionInForce;
    }

    /// <summary>The version that the operation belongs to.</summary>
    [Id(0)]
    public int RequiredVersion { get; private set; }

    /// <summary>The version that was in force, as far as the caller's silo knew.</summary>
    [Id(1)]
    public int VersionInForce { get; private set; }
}
