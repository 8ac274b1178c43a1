using Orleans.Replication.Raft;
using Orleans.Replication.States.History;
using Orleans.Serialization;
using Orleans.Serialization.Buffers;
using Orleans.Serialization.Codecs;

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

    /// <summary>The last changes, for those who watch.</summary>
    public StateHistory History { get; } = new();

    /// <inheritdoc/>
    public string Name => TableName;

    /// <inheritdoc/>
    public CommandOutcome Apply(in CommandContext context, IStateTransaction state)
    {
        var (kind, body) = StateCommand.Parse(context.Payload);
        var recording = new RecordingTransaction(context, History, state);
        switch (kind)
        {
            case StateCommandKind.Apply:
                var operation = Read(body, context.Index);
                return runners.Find(operation.GetType()).Run(operation, context, state, recording);
            case StateCommandKind.Write:
                recording.Put(body.Span);
                return CommandOutcome.Ok();
            case StateCommandKind.Clear:
                return CommandOutcome.Ok(recording.Delete() ? Existed : Missing);
            default:
                throw new UnreadableStateException($"Command {context.Index} is of kind {(byte)kind}, which this silo does not know. Update this silo.");
        }
    }

    /// <inheritdoc/>
    public void Reset() => History.Reset();

    /// <inheritdoc/>
    public void Applied(long lastCommand) => History.Publish(lastCommand);

    private object Read(ReadOnlyMemory<byte> body, long index)
    {
        try
        {
            return serializer.Deserialize<object>(body) ?? throw new InvalidOperationException("It is null.");
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            throw new UnreadableStateException(
                $"Command {index} has an operation that this silo cannot read, of type {TypeOf(body)}: {error.Message} "
                + "Deploy the assembly with the operation to this silo and start it again.",
                error);
        }
    }

    /// <summary>The type as it is written down: the serializer itself does not say which one it did not find.</summary>
    private string TypeOf(ReadOnlyMemory<byte> body)
    {
        using var session = serializer.SessionPool.GetSession();
        try
        {
            var reader = Reader.Create(body, session);
            return reader.ReadFieldHeaderForAnalysis().Type;
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            return "unknown";
        }
    }
}
