using System.Buffers;
using Orleans.Replication.Raft;

namespace Orleans.Replication.States;

/// <summary>The way of a command for states into its group: through a replica of this process, or through a silo that has one.</summary>
internal interface IProposals
{
    /// <summary>The group's name.</summary>
    string Group { get; }

    /// <summary>Refuses, before anything is proposed, what is known here not to run on every replica.</summary>
    /// <returns>What the operation needs.</returns>
    /// <exception cref="ArgumentException">The type implements <see cref="IReplicatedOperation{TState, TResult}"/> not at all or more than once.</exception>
    /// <exception cref="OperationNotYetAvailableException">Its version is not in force in the group.</exception>
    /// <exception cref="ReplicationConfigurationException">Its version is higher than what this silo says that its code has.</exception>
    OperationsNeed Check(Type operation);

    /// <summary>Finds a state's record and version, where they are at hand without waiting; otherwise nobody but the silo that proposes looks at it.</summary>
    bool TryFind(ReadOnlySpan<byte> key, out ReadOnlySequence<byte> record, out long version);

    /// <summary>Proposes a command for <see cref="StatesTable"/>, and waits until it is committed and applied where it was proposed.</summary>
    /// <exception cref="ReplicationException">It was not, or it is not known whether it was.</exception>
    /// <exception cref="ArgumentException">It is too large, or malformed; nothing was proposed.</exception>
    ValueTask<CommandResult> ProposeAsync(Command command, OperationsNeed need, CancellationToken cancellationToken);
}
