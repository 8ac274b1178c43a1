using Google.Protobuf;
using Orleans.Replication.Access.Wire;
using Orleans.Replication.Raft;
using Orleans.Replication.States;

namespace Orleans.Replication.Access;

/// <summary>Proposes through a silo that has a replica.</summary>
internal static class RemoteCommands
{
    /// <summary>Proposes a command, and waits until it is committed and applied on that silo.</summary>
    /// <exception cref="ReplicationException">It was not, or it is not known whether it was.</exception>
    /// <exception cref="ArgumentException">It is too large, or malformed; nothing was proposed.</exception>
    public static async ValueTask<CommandResult> ProposeAsync(AccessClient access, string group, Command command, OperationsNeed need, CancellationToken cancellationToken)
    {
        if (command.ExpectedVersion < 0)
            throw new ArgumentException($"The expected version is {command.ExpectedVersion}; versions are not negative.", nameof(command));
        var request = new ProposeRequest
        {
            Table = command.Table == StatesTable.TableName ? string.Empty : command.Table,
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
