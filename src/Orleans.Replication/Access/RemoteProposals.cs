using System.Buffers;
using Orleans.Replication.Raft;
using Orleans.Replication.States;

namespace Orleans.Replication.Access;

/// <summary>Proposes through a silo that has a replica, which also looks at what only a replica can tell.</summary>
internal sealed class RemoteProposals(AccessClient access, string group, OperationRunners operations) : IProposals
{
    /// <inheritdoc/>
    public string Group => group;

    /// <inheritdoc/>
    public OperationsNeed Check(Type operation) => new(operations.Find(operation).SinceVersion, operation);

    /// <inheritdoc/>
    public bool TryFind(ReadOnlySpan<byte> key, out ReadOnlySequence<byte> record, out long version)
    {
        (record, version) = (default, 0);
        return false;
    }

    /// <inheritdoc/>
    public ValueTask<CommandResult> ProposeAsync(Command command, OperationsNeed need, CancellationToken cancellationToken) =>
        RemoteCommands.ProposeAsync(access, group, command, need, cancellationToken);
}
