using System.Buffers;
using Orleans.Replication.Raft;
using Orleans.Serialization;

namespace Orleans.Replication.States;

/// <inheritdoc cref="OperationRunner"/>
internal sealed class TypedOperationRunner<TState, TResult>(StateSerializer<TState> states, Serializer<TResult> results) : OperationRunner
{
    // Commands of one table never run concurrently, but two groups share the runner.
    [ThreadStatic]
    private static ArrayBufferWriter<byte>? _scratch;

    /// <inheritdoc/>
    public override CommandOutcome Run(object operation, in CommandContext context, IStateTransaction state)
    {
        var before = state.TryGet(context.Key, out var record) ? states.Deserialize(record.Value) : states.CreateInitial();
        var at = new OperationContext
        {
            Index = context.Index,
            Timestamp = context.Timestamp,
            GrainId = StateKey.GrainOf(context.Key),
            Seed = context.Seed,
        };

        var writer = RentScratch();
        byte[] result;
        bool changed;
        try
        {
            var (after, answer) = ((IReplicatedOperation<TState, TResult>)operation).Apply(before, at);
            result = results.SerializeToArray(answer);
            changed = typeof(TState).IsValueType || !ReferenceEquals(before, after);
            if (changed)
                states.Serialize(after, writer);
        }
        catch (Exception error) when (!ReplicaFailure.Is(error))
        {
            return CommandOutcome.Rejected(Rejection.Encode(error));
        }

        if (changed)
            state.Put(context.Key, writer.WrittenSpan);
        return CommandOutcome.Ok(result);
    }

    private static ArrayBufferWriter<byte> RentScratch()
    {
        const int MaxKeptBytes = 1 << 20;
        if (_scratch is null || _scratch.Capacity > MaxKeptBytes)
            _scratch = new ArrayBufferWriter<byte>();
        else
            _scratch.ResetWrittenCount();
        return _scratch;
    }
}
