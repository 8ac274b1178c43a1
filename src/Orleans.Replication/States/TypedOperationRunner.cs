using System.Buffers;
using System.Reflection;
using Orleans.Serialization;

namespace Orleans.Replication.States;

/// <inheritdoc cref="OperationRunner"/>
internal sealed class TypedOperationRunner<TState, TResult>(StateSerializer<TState> serializer, Serializer<TResult> results) : OperationRunner
{
    // Commands of one table never run concurrently, but two groups share the runner.
    [ThreadStatic]
    private static ArrayBufferWriter<byte>? _scratch;

    private static readonly int? KeepsSince = typeof(TState).GetCustomAttribute<LargeStateAttribute>(inherit: false)?.SinceVersion;

    /// <inheritdoc/>
    public override Type StateType => typeof(TState);

    /// <inheritdoc/>
    public override bool KeepsStates(int version) => version >= KeepsSince;

    /// <inheritdoc/>
    public override OperationOutcome Run(object operation, object? state, in ReadOnlySequence<byte> before, in OperationContext context)
    {
        var current = state is TState kept ? kept : before.IsEmpty ? serializer.CreateInitial() : serializer.Deserialize(before);
        var writer = RentScratch((int)before.Length);
        try
        {
            var (after, answer) = ((IReplicatedOperation<TState, TResult>)operation).Apply(current, context);
            var result = results.SerializeToArray(answer);
            if (typeof(TState).IsValueType || !ReferenceEquals(current, after))
                serializer.Serialize(after, writer);
            return new(Accepted: true, result, writer.WrittenMemory, KeepsSince is null ? null : after);
        }
        catch (Exception error) when (!ReplicaFailure.Is(error))
        {
            return new(Accepted: false, Rejection.Encode(error));
        }
    }

    /// <inheritdoc/>
    public override object? RunAgain(object operation, object? state, in OperationContext context) =>
        ((IReplicatedOperation<TState, TResult>)operation).Apply((TState)state!, context).State;

    /// <inheritdoc/>
    public override object? Read(in ReadOnlySequence<byte> record) => serializer.Deserialize(record);

    /// <inheritdoc/>
    public override void CheckReadable(in ReadOnlySequence<byte> record)
    {
        if (!record.IsEmpty)
            _ = serializer.Deserialize(record);
    }

    /// <summary>Room for a state that is about as large as it was: one that grows step by step is copied at each.</summary>
    private static ArrayBufferWriter<byte> RentScratch(int bytes)
    {
        const int MaxKeptBytes = 4 << 20;
        const int Growth = 1 << 10;
        if (_scratch is null || _scratch.Capacity > MaxKeptBytes || _scratch.Capacity < bytes)
            _scratch = new ArrayBufferWriter<byte>(bytes + Growth);
        else
            _scratch.ResetWrittenCount();
        return _scratch;
    }
}
