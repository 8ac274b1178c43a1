namespace Orleans.Replication.Tests.Access;

/// <summary>An operation on states of a type that no other state can be read as.</summary>
[GenerateSerializer, Immutable]
[Alias("Tests.Stamp")]
public sealed record Stamp : IReplicatedOperation<Guid, bool>
{
    /// <inheritdoc/>
    public OperationResult<Guid, bool> Apply(Guid state, in OperationContext context) => (new Guid(context.Seed.GetHashCode(), 0, 0, new byte[8]), true);
}
