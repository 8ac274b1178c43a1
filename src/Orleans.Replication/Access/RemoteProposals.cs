using Google.Protobuf;
using Orleans.Replication.Access.Wire;
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
    public bool TryFind(ReadOnlySpan<byte> key, out StateRecord record)
    {
        record = default;
        return false;
    }

    /// <inheritdoc/>
    public async ValueTask<CommandResult> ProposeAsync(Command command, OperationsNeed need, CancellationToken cancellationToken)
    {
        if (command.ExpectedVersion < 0)
            throw new ArgumentException($"The expected version is {command.ExpectedVersion}; versions are not negative.", nameof(command));
        var request = new ProposeRequest
        {
            Key = UnsafeByteOperations.UnsafeWrap(command.Key),
            Payload = UnsafeByteOperations.UnsafeWrap(command.Payload),
            OperationsVersion = need.Version,
        };
        if (command.ExpectedVersion is { } expected)
            request.ExpectedVersion = expected;
        var response = await access.AskAsync(group, new AccessRequest { Propose = request }, need.Operation, cancellationToken).ConfigureAwait(false);
        return response.Propose is { Status: >= (int)CommandStatus.Ok and <= (int)CommandStatus.Rejected } reply
            ? new CommandResult((CommandStatus)reply.Status, reply.Version, reply.Payload.Memory)
            : throw new ReplicationOutcomeUnknownException("The silo answered a write in a way that this software does not know. The write may have happened.");
    }
}
