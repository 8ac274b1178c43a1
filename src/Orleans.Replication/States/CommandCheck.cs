using Orleans.Replication.Keys;
using Orleans.Replication.Raft;
using Orleans.Replication.States.Transactions;

namespace Orleans.Replication.States;

/// <summary>
/// Looks at a command for <see cref="StatesTable"/> that somebody else has written down, before it is proposed. What is in the log every replica has to run, and a replica goes out of
/// service over what it cannot read: nothing of that kind may get there from outside.
/// </summary>
internal sealed class CommandCheck(CommittedOperations operations, OperationRunners runners)
{
    /// <summary>Refuses what a replica could not run.</summary>
    /// <param name="group">The group, on this silo.</param>
    /// <param name="command">The command.</param>
    /// <param name="need">The version of the operations that has to be in force, as the one who wrote it says.</param>
    /// <param name="peer">Who sent it: the one that it has to name as its origin.</param>
    /// <exception cref="ArgumentException">It is malformed, of a kind that nobody else may propose, or needs what this silo does not have.</exception>
    /// <exception cref="OperationNotYetAvailableException">The version of an operation is not in force.</exception>
    /// <exception cref="ReplicationConfigurationException">An operation is for another type of state.</exception>
    /// <exception cref="RaftException">The group cannot be read here.</exception>
    public void Check(RaftGroup group, in Command command, int need, string peer)
    {
        var inForce = group.Tables.OfType<StatesTable>().Single().Version;
        if (need > inForce)
            throw new OperationNotYetAvailableException("(of the caller)", need, inForce);
        try
        {
            CheckParts(group, command, peer);
        }
        catch (UnreadableStateException error)
        {
            throw new ArgumentException($"{error.Message} Nothing was proposed.", error);
        }
    }

    private void CheckParts(RaftGroup group, in Command command, string peer)
    {
        var parsed = StateCommand.Parse(command.Payload);
        if (OriginFormat.Decode(parsed.Origin.Span).PeerId != peer)
            throw new ArgumentException("The command names another origin than the peer that sent it. Nothing was proposed.");
        var written = new Dictionary<byte[], ReadOnlyMemory<byte>>(KeyComparer.Instance);
        if (parsed.Kind != StateCommandKind.Transact)
        {
            CheckStep(group, new(parsed.Kind, command.Key, parsed.Body), written);
            return;
        }

        var transaction = TransactionBody.Parse(parsed.Body);
        var parts = transaction.Conditions.Count + transaction.Steps.Count;
        if (!command.Key.IsEmpty || command.ExpectedVersion is not null || parts is 0 or > GroupTransaction.MaxParts)
            throw new ArgumentException($"A transaction has no key and no version of its own, and 1 to {GroupTransaction.MaxParts} parts. Nothing was proposed.");
        foreach (var condition in transaction.Conditions)
            CheckKey(condition.Key.Span);
        foreach (var step in transaction.Steps)
            CheckStep(group, step, written);
    }

    /// <param name="group">The group.</param>
    /// <param name="step">The step.</param>
    /// <param name="written">What earlier steps of the same command have written; nothing for what they have cleared.</param>
    private void CheckStep(RaftGroup group, in TransactionBody.Step step, Dictionary<byte[], ReadOnlyMemory<byte>> written)
    {
        CheckKey(step.Key.Span);
        switch (step.Kind)
        {
            case StateCommandKind.Write:
                StateFormat.Body(new(step.Body));
                written[step.Key.ToArray()] = step.Body;
                break;
            case StateCommandKind.Clear when step.Body.IsEmpty:
                written[step.Key.ToArray()] = default;
                break;
            case StateCommandKind.Apply:
                var operation = operations.Read(step.Body, index: 0);
                runners.CheckProposable(operation.Operation.GetType(), group);
                if (written.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(step.Key.Span, out var record))
                    CheckType(operation, record);
                else if (group.GetReader(StatesTable.TableName).TryGet(step.Key.Span, out var kept))
                    CheckType(operation, kept.Value);
                break;
            default:
                throw new ArgumentException($"A command of kind {(byte)step.Kind} cannot be proposed by others than the members. Nothing was proposed.");
        }
    }

    private static void CheckType(in CommittedOperation operation, ReadOnlyMemory<byte> record)
    {
        try
        {
            operation.Runner.CheckReadable(new(record));
        }
        catch (UnreadableStateException error)
        {
            throw new ReplicationConfigurationException($"The state is of another type than {operation.Operation.GetType()} is for: {error.Message} Nothing was proposed. To give it another type, clear it first.", error);
        }
    }

    private static void CheckKey(ReadOnlySpan<byte> key)
    {
        if (!StateKey.TryDecode(key, out _, out var name) || name.Length == 0)
            throw new ArgumentException("A command is about a key that is none of a state. Nothing was proposed.");
    }
}
