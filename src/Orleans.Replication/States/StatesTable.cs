using Orleans.Replication.Raft;
using Orleans.Replication.States.History;
using Orleans.Replication.States.Transactions;
using Orleans.Serialization;

namespace Orleans.Replication.States;

/// <summary>
/// The states of grains, one record each, keyed by grain and state name (<see cref="StateKey"/>). It runs operations on them.
/// </summary>
/// <remarks>
/// It keeps nothing of a state between two commands. In particular an operation never gets an object that somebody else holds: it is read from the record
/// each time, so neither a grain that changes a state it has read, nor an operation that changes its argument and then throws, nor the moment at
/// which a replica was restarted can make replicas differ (SAFETY 8).
/// </remarks>
internal sealed class StatesTable(Serializer serializer, OperationRunners runners) : IReplicatedTable
{
    /// <summary>The table's name, in the log and on disk.</summary>
    public const string TableName = "states";

    private static readonly byte[] Existed = [1];
    private static readonly byte[] Missing = [0];

    private readonly CommittedOperations _operations = new(serializer, runners);

    /// <summary>The last changes, for those who watch.</summary>
    public StateHistory History { get; } = new();

    /// <inheritdoc/>
    public string Name => TableName;

    /// <inheritdoc/>
    public CommandOutcome Apply(in CommandContext context, IStateTransaction state)
    {
        var command = StateCommand.Parse(context.Payload);
        var recording = new RecordingTransaction(context, command.Origin.ToArray(), History, state);
        switch (command.Kind)
        {
            case StateCommandKind.Apply:
                return RunOperation(_operations.Read(command.Body, context.Index), context, recording);
            case StateCommandKind.Write:
                recording.Put(context.Key, command.Body.Span);
                return CommandOutcome.Ok();
            case StateCommandKind.Clear:
                return CommandOutcome.Ok(recording.Delete(context.Key) ? Existed : Missing);
            case StateCommandKind.Transact:
                return new TransactionRun(_operations, context, state).Run(TransactionBody.Parse(command.Body), recording);
            default:
                throw new UnreadableStateException($"Command {context.Index} is of kind {(byte)command.Kind}, which this silo does not know. Update this silo.");
        }
    }

    /// <inheritdoc/>
    public void Reset() => History.Reset();

    /// <inheritdoc/>
    public void Applied(long lastCommand) => History.Publish(lastCommand);

    private CommandOutcome RunOperation(object operation, in CommandContext context, in RecordingTransaction recording)
    {
        var before = recording.TryGet(context.Key, out var record) ? record.Value : default;
        var outcome = _operations.Run(operation, before, new OperationContext
        {
            Index = context.Index,
            Timestamp = context.Timestamp,
            GrainId = StateKey.GrainOf(context.Key),
            Seed = context.Seed,
        });
        if (!outcome.Accepted)
            return CommandOutcome.Rejected(outcome.Answer);
        if (!outcome.After.IsEmpty)
            recording.Put(context.Key, outcome.After.Span);
        return CommandOutcome.Ok(outcome.Answer);
    }
}
