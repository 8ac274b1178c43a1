namespace Orleans.Replication;

/// <summary>
/// The state did not have the expected version. Nothing was written: read the state, decide again, and write with its version.
/// </summary>
[GenerateSerializer]
[Alias("Orleans.Replication.VersionMismatchException")]
public sealed class VersionMismatchException : OperationRejectedException
{
    /// <summary>Makes the error.</summary>
    /// <param name="expectedVersion">The version that the caller expected; 0 for a state that must not exist.</param>
    /// <param name="actualVersion">The version that the state had when the command came to its turn; 0 when it did not exist.</param>
    public VersionMismatchException(long expectedVersion, long actualVersion)
        : base($"The state was expected to have version {expectedVersion} and had version {actualVersion} (0: it does not exist). Nothing was written.")
    {
        ExpectedVersion = expectedVersion;
        ActualVersion = actualVersion;
    }

    /// <summary>The version that the caller expected; 0 for a state that must not exist.</summary>
    [Id(0)]
    public long ExpectedVersion { get; private set; }

    /// <summary>The version that the state had when the command came to its turn; 0 when it did not exist.</summary>
    [Id(1)]
    public long ActualVersion { get; private set; }
}
