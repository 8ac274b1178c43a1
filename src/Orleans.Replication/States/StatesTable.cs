using Orleans.Replication.Raft;
using Orleans.Replication.States.Chains;
using Orleans.Replication.States.History;
using Orleans.Replication.States.Transactions;
using Orleans.Replication.States.Versions;
using Orleans.Serialization;

namespace Orleans.Replication.States;

/// <summary>
/// The states of grains, one record each, keyed by grain and state name (<see cref="StateKey"/>). It runs operations on them.
/// </summary>
/// <remarks>
/// An operation never gets an object that somebody else holds: the state is read from its record each time, so neither a grain that changes a state it has read, nor an operation that changes its argument and
/// then throws, nor the moment at which a replica was restarted can make replicas differ (SAFETY 8). For large states see <see cref="OperationChains"/>.
/// </remarks>
internal sealed class StatesTable : IReplicatedTable
{
    /// <summary>The table's name, in the log and on disk.</summary>
    public const string TableName = "states";

    private static readonly byte[] Existed = [1];
    private static readonly byte[] Missing = [0];

    private readonly CommittedOperations _operations;
    private readonly OperationChains _chains;

    /// <summary>What the record says (<see cref="VersionRecord"/>), at hand for every command. One thread writes, any may read.</summary>
    private volatile int _version = VersionRecord.First;

    /// <param name="serializer">Reads operations.</param>
    /// <param name="runners">Runs them.</param>
    /// <param name="declaredVersion">The version of the operations in this silo's code.</param>
    public StatesTable(Serializer serializer, OperationRunners runners, int declaredVersion = VersionRecord.First)
    {
        _operations = new(serializer, runners);
        _chains = new(_operations);
        DeclaredVersion = declaredVersion;
    }

    /// <summary>The version of the operations that is in force.</summary>
    public int Version => _version;

    /// <summary>The version of the operations in this silo's code; not below <see cref="Version"/> while the replica serves.</summary>
    public int DeclaredVersion { get; }

    /// <summary>The last changes, for those who watch.</summary>
    public StateHistory History { get; init; } = new();

    /// <inheritdoc/>
    public string Name => TableName;

    /// <inheritdoc/>
    public CommandOutcome Apply(in CommandContext context, IStateTransaction state)
    {
        var command = StateCommand.Parse(context.Payload);
        var recording = new RecordingTransaction(context, command.Origin.ToArray(), History, _chains, state);
        switch (command.Kind)
        {
            case StateCommandKind.Apply:
                return RunOperation(_operations.Read(command.Body, context.Index), context, recording, state);
            case StateCommandKind.Write:
                recording.Put(context.Key, command.Body.Span);
                return CommandOutcome.Ok();
            case StateCommandKind.Clear:
                return CommandOutcome.Ok(recording.Delete(context.Key) ? Existed : Missing);
            case StateCommandKind.Transact:
                return new TransactionRun(_operations, context, _version, state).Run(TransactionBody.Parse(command.Body), recording);
            case StateCommandKind.RaiseVersion:
                return Raise(VersionRaise.Parse(command.Body.Span), context, state);
            default:
                throw new UnreadableStateException($"Command {context.Index} is of kind {(byte)command.Kind}, which this silo does not know. Update this silo.");
        }
    }

    /// <inheritdoc/>
    public void Reset()
    {
        History.Reset();
        _chains.Reset();
    }

    /// <inheritdoc/>
    /// <exception cref="UnreadableStateException">The version in force is higher than what this silo's code has.</exception>
    public void Load(IStateReader state) => _version = Check(VersionRecord.Read(state));

    /// <inheritdoc/>
    public void Applied(long lastCommand) => History.Publish(lastCommand);

    private CommandOutcome Raise(in VersionRaise raise, in CommandContext context, IStateTransaction state)
    {
        var version = Check(VersionRule.Apply(_version, raise, context.ConfigurationIndex));
        var record = VersionRecord.Encode(version);
        if (version > _version)
            state.Put(VersionRecord.Key, record);
        _version = version;
        return CommandOutcome.Ok(record);
    }

    /// <summary>Code that does not have the version would run operations as they were before it, and make this replica differ (SAFETY 14).</summary>
    private int Check(int version) => version <= DeclaredVersion
        ? version
        : throw new UnreadableStateException(
            $"Version {version} of the operations is in force in this group, and this silo's code has version {DeclaredVersion} (RaftReplicationOptions.OperationsVersion). "
            + "Start this silo with the release that has the version: one that was raised is not lowered.");

    private CommandOutcome RunOperation(in CommittedOperation operation, in CommandContext context, in RecordingTransaction recording, IStateTransaction state)
    {
        recording.TryGet(context.Key, out var before, out var version);
        var place = new OperationContext
        {
            Index = context.Index,
            Timestamp = context.Timestamp,
            GrainId = StateKey.GrainOf(context.Key),
            Seed = context.Seed,
            Version = _version,
        };
        var outcome = _chains.Run(operation, place, context.Key, before, version, state);
        if (!outcome.Accepted)
            return CommandOutcome.Rejected(outcome.Answer);
        if (!outcome.After.IsEmpty)
            recording.Put(context.Key, outcome.After.Span, before, version);
        return CommandOutcome.Ok(outcome.Answer);
    }
}
