namespace Orleans.Replication;

/// <summary>
/// Says of a type of replicated states that they are large and change a little at a time, some 100 KiB and more. An operation then gets the object that the one before has returned, where it would
/// else be read from the state's bytes each time, which costs more than all the rest of a small operation on 1 MiB.
/// </summary>
/// <remarks>
/// Operations on one object form a chain, of 64 operations and one minute at most; then the state is read again. A replica that starts in the middle of a chain runs it from its first operation. So the
/// group keeps, beside a state in a chain, the state as it was at the chain's start, on disk: twice the room.
/// <para>
/// Operations keep to the same rules as ever. Without effect on states of less than 16 KiB, and in transactions.
/// </para>
/// </remarks>
/// <param name="sinceVersion">
/// The <c>RaftReplicationOptions.OperationsVersion</c> of the first release whose type has the attribute: 1 for a type that was never without it. Replicas go by it from the moment on at which every silo has that release.
/// </param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class LargeStateAttribute(int sinceVersion) : Attribute
{
    /// <summary>The first version with the attribute.</summary>
    public int SinceVersion { get; } = sinceVersion;
}
