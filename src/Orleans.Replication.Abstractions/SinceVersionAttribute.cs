namespace Orleans.Replication;

/// <summary>
/// Says since which version there is a type of operation. Before that version is in force, proposing one is an <see cref="OperationNotYetAvailableException"/>, and nothing is written: a silo
/// of an earlier release could not read it, and would go out of service.
/// </summary>
/// <param name="version">The <c>RaftReplicationOptions.OperationsVersion</c> of the first release that has the type; 2 or more.</param>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct, Inherited = false)]
public sealed class SinceVersionAttribute(int version) : Attribute
{
    /// <summary>The first version with the operation.</summary>
    public int Version { get; } = version;
}
