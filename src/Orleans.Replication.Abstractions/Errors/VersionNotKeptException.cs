namespace Orleans.Replication;

/// <summary>
/// This silo's replica does not keep the state as it was at a version: it was made so before the history of the replica begins, and changed since. Another silo, which has run for longer,
/// may still know.
/// </summary>
[GenerateSerializer]
[Alias("Orleans.Replication.VersionNotKeptException")]
public sealed class VersionNotKeptException : ReplicationException
{
    /// <summary>Makes the error.</summary>
    /// <param name="version">The version that was asked for.</param>
    /// <param name="oldestVersion">The first version from which on this replica keeps every change.</param>
    public VersionNotKeptException(long version, long oldestVersion)
        : base($"What the state was at version {version} is not kept on this silo: it was made before version {oldestVersion}, with which the silo's history begins.")
    {
        Version = version;
        OldestVersion = oldestVersion;
    }

    /// <summary>The version that was asked for.</summary>
    [Id(0)]
    public long Version { get; private set; }

    /// <summary>The first version from which on this replica keeps every change.</summary>
    [Id(1)]
    public long OldestVersion { get; private set; }
}
