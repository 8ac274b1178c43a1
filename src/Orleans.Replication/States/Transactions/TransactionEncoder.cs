using System.Buffers;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Replication.Raft;
using Orleans.Replication.Transactions;
using Orleans.Runtime;
using Orleans.Serialization;

namespace Orleans.Replication.States.Transactions;

/// <summary>Writes down a transaction as a <see cref="TransactionBody"/>, and refuses here what no replica could run.</summary>
internal sealed class TransactionEncoder(IProposals proposals, IServiceProvider services) : ITransactionVisitor
{
    private readonly Serializer _serializer = services.GetRequiredService<Serializer>();
    private readonly ArrayBufferWriter<byte> _conditions = new();
    private readonly ArrayBufferWriter<byte> _steps = new();
    private readonly ArrayBufferWriter<byte> _part = new();
    private readonly List<(GrainId Grain, string StateName, long? Version)> _required = [];
    private readonly List<(GrainId Grain, string StateName)> _changed = [];
    private readonly List<(int Step, Func<ReadOnlyMemory<byte>, object?> Read)> _results = [];

    /// <summary>What its operations need.</summary>
    public OperationsNeed Need { get; private set; }

    /// <inheritdoc/>
    public void Require<TState>(in StateReference<TState> state, long? version)
    {
        BodyWriter.WriteBytes(_conditions, KeyOf(state));
        BodyWriter.WriteByte(_conditions, version is null ? TransactionBody.Exists : TransactionBody.VersionIs);
        BodyWriter.WriteInt64(_conditions, version ?? 0);
        _required.Add((state.Grain, state.StateName, version));
    }

    /// <inheritdoc/>
    public void Write<TState>(in StateReference<TState> state, TState value)
    {
        Check(state).Serialize(value, _part);
        AddStep(StateCommandKind.Write, state);
    }

    /// <inheritdoc/>
    public void Clear<TState>(in StateReference<TState> state) => AddStep(StateCommandKind.Clear, state);

    /// <inheritdoc/>
    public void Apply<TState, TResult>(in StateReference<TState> state, IReplicatedOperation<TState, TResult> operation)
    {
        Need = Need.And(proposals.Check(operation.GetType()));
        _ = Check(state);
        _serializer.Serialize<object, ArrayBufferWriter<byte>>(operation, _part);
        _results.Add((_changed.Count, result => _serializer.Deserialize<TResult>(result)));
        AddStep(StateCommandKind.Apply, state);
    }

    /// <summary>The whole command.</summary>
    public Command Encode(ReadOnlySpan<byte> origin)
    {
        var payload = new ArrayBufferWriter<byte>(_conditions.WrittenCount + _steps.WrittenCount + origin.Length + 16);
        StateCommand.Begin(payload, StateCommandKind.Transact, origin);
        BodyWriter.WriteCount(payload, _required.Count);
        payload.Write(_conditions.WrittenSpan);
        BodyWriter.WriteCount(payload, _changed.Count);
        payload.Write(_steps.WrittenSpan);
        return new Command(StatesTable.TableName, default, payload.WrittenMemory);
    }

    /// <summary>Says in the caller's terms what the replicas said.</summary>
    /// <exception cref="TransactionRejectedException">An operation was refused.</exception>
    public TransactionResult Decode(TransactionAnswer answer)
    {
        if (answer.Rejected is { } rejected)
        {
            var (grain, name) = _changed[rejected.Step];
            var reason = Rejection.Decode(rejected.Rejection.Span);
            throw new TransactionRejectedException(grain, name, reason.Message, reason.ErrorType);
        }

        return answer.Conflicts.Count > 0
            ? TransactionResult.Refused([.. answer.Conflicts.Select(conflict => ToConflict(_required[conflict.Condition], conflict.Version))])
            : TransactionResult.Of(answer.Version, [.. _results.Select(result => result.Read(answer.Results[result.Step]))]);
    }

    private static TransactionConflict ToConflict((GrainId Grain, string StateName, long? Version) required, long found) =>
        new(required.Grain, required.StateName, required.Version, found);

    private void AddStep<TState>(StateCommandKind kind, in StateReference<TState> state)
    {
        BodyWriter.WriteByte(_steps, (byte)kind);
        BodyWriter.WriteBytes(_steps, KeyOf(state));
        BodyWriter.WriteBytes(_steps, _part.WrittenSpan);
        _part.ResetWrittenCount();
        _changed.Add((state.Grain, state.StateName));
    }

    private byte[] KeyOf<TState>(in StateReference<TState> state)
    {
        StateReferences.Check(state, proposals.Group);
        return StateKey.Encode(state.Grain, state.StateName);
    }

    private StateSerializer<TState> Check<TState>(in StateReference<TState> state)
    {
        var states = services.GetRequiredService<StateSerializer<TState>>();
        StateTypes.Check(proposals, KeyOf(state), states, known: 0);
        return states;
    }
}
