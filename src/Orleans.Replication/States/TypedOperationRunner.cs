using System.Buffers;
using Orleans.Replication.Raft;
using Orleans.Replication.States.History;
using Orleans.Serialization;

namespace Orleans.Replication.States;

/// <inheritdoc cref="OperationRunner"/>
internal sealed class TypedOperationRunner<TState, TResult>(StateSerializer<TState> serializer, Serializer<TResult> results) : OperationRunner
{
    // Commands of one table never run concurrently, but two groups share the runner.
    [ThreadStatic]
    private static ArrayBufferWriter<byte>? _scratch;

    /// <inheritdoc/>
    public override CommandOutcome Run(object operation, in CommandContext context, IStateReader states, in RecordingTransaction recording)
    {
        var before = states.TryGet(context.Key, out var record) ? serializer.Deserialize(record.Value) : serializer.CreateInitial();
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
                serializer.Serialize(after, writer);
        }
        catch (Exception error) when (!ReplicaFailure.Is(error))
        {
            return CommandOutcome.Rejected(Rejection.Encode(error));
        }

        if (changed)
            recording.Put(writer.WrittenSpan);
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
