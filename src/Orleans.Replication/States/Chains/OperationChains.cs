using System.Buffers;
using Orleans.Replication.Keys;
using Orleans.Replication.Raft;

namespace Orleans.Replication.States.Chains;

/// <summary>
/// Runs operations: on the state as its record says, or, where states of the type are kept (<see cref="LargeStateAttribute"/>), on the object that the operation before has returned.
/// </summary>
/// <remarks>
/// An object that has lived through operations is not always what its bytes say: a dictionary from which something was removed has other places for what comes next, and a text that the code gave to two
/// members is one object or two. So it can be serialized otherwise than an object that was read from the bytes meanwhile, and replicas read at different moments: when they start (SAFETY 8, 14). Therefore the
/// state of a chain <em>is</em>, on every replica, what the chain's operations make of the state at its start. Both are records like others: in the order of the log, hashed, in every snapshot. The object in
/// memory spares a replica to run the operations again, and may be forgotten at any time.
/// </remarks>
/// <param name="operations">Reads operations.</param>
internal sealed class OperationChains(CommittedOperations operations)
{
    /// <summary>A state with a shorter record has no chain.</summary>
    public const int MinStateBytes = 16 << 10;

    /// <summary>The objects of so many bytes of records are in memory; that of the last operation always is.</summary>
    public const long MaxKeptBytes = 64 << 20;

    private readonly Dictionary<byte[], Kept> _objects = new(KeyComparer.Instance);
    private long _keptBytes;

    private readonly record struct Kept(long Version, Type StateType, object State, int Bytes);

    /// <summary>Runs a committed operation, and puts it into the state's chain if there is to be one. The state itself is for the caller to write.</summary>
    /// <param name="operation">The operation.</param>
    /// <param name="context">What it may know.</param>
    /// <param name="key">The state.</param>
    /// <param name="before">Its record; empty when it does not exist.</param>
    /// <param name="version">Its version.</param>
    /// <param name="states">The table of the states.</param>
    /// <exception cref="UnreadableStateException">This silo cannot read the state, or its chain.</exception>
    public OperationOutcome Run(
        in CommittedOperation operation, in OperationContext context, ReadOnlySpan<byte> key, in ReadOnlySequence<byte> before, long version, IStateTransaction states)
    {
        if (before.Length < MinStateBytes)
            return operation.Run(state: null, before, context);
        var keeps = operation.Runner.KeepsStates(context.Version);
        var (chain, state) = keeps ? Find(key, version, operation, context, states) : default;
        var outcome = operation.Run(state, before, context);
        if (outcome.After.IsEmpty)
            return outcome;

        if (!keeps || outcome.After.Length < MinStateBytes || key.Length > ChainKeys.MaxStateKeyBytes || operation.Body.Length > ChainRecord.MaxOperationBytes)
        {
            End(key, before, states);
            return outcome;
        }

        if (chain is null)
            PutStart(ChainKeys.Start(key), before, states);
        states.Put(ChainKeys.Operations(key), (chain?.With(context, operation.Body.Span) ?? ChainRecord.Begin(context, operation.Body.Span)).Bytes);
        Keep(key, new(context.Index, operation.Runner.StateType, outcome.State!, outcome.After.Length));
        return outcome;
    }

    /// <summary>Forgets the chain of a state that is changed otherwise.</summary>
    /// <param name="key">The state.</param>
    /// <param name="before">Its record before the change.</param>
    /// <param name="states">The table of the states.</param>
    public void End(ReadOnlySpan<byte> key, in ReadOnlySequence<byte> before, IStateTransaction states)
    {
        if (before.Length < MinStateBytes || !states.TryGet(ChainKeys.Operations(key), out _))
            return;
        states.Delete(ChainKeys.Start(key));
        states.Delete(ChainKeys.Operations(key));
        Take(key);
    }

    /// <summary>Forgets the objects.</summary>
    public void Reset()
    {
        _objects.Clear();
        _keptBytes = 0;
    }

    /// <summary>The chain that an operation goes on with, and what it has made of the state. The object is no longer kept: an operation that throws may have changed it.</summary>
    private (ChainRecord? Chain, object? State) Find(ReadOnlySpan<byte> key, long version, in CommittedOperation operation, in OperationContext context, IStateReader states)
    {
        var kept = Take(key);
        if (!states.TryGet(ChainKeys.Operations(key), out var record))
            return default;

        // A chain that leads to another version is not about the state as it is now.
        var chain = ChainRecord.Parse(record.Value);
        if (chain.Version != version || !chain.CanTake(context, operation.Body.Length))
            return default;
        if (kept?.Version != version)
            kept = RunAgain(chain, key, context, states);
        return kept.Value.StateType == operation.Runner.StateType ? (chain, kept.Value.State) : default;
    }

    private Kept RunAgain(in ChainRecord chain, ReadOnlySpan<byte> key, in OperationContext context, IStateReader states)
    {
        if (!states.TryGet(ChainKeys.Start(key), out var start))
            throw new UnreadableStateException($"The state of {context.GrainId} from which its last operations started is missing.");
        Type? stateType = null;
        object? state = null;
        foreach (var (place, body) in chain.Read(context.GrainId))
        {
            var operation = operations.Read(body, place.Index);
            if (stateType is null)
                (stateType, state) = (operation.Runner.StateType, operation.Runner.Read(start.Pieces));
            state = operation.RunAgain(state, place);
        }

        return new(chain.Version, stateType!, state!, Bytes: 0);
    }

    private Kept? Take(ReadOnlySpan<byte> key)
    {
        if (!_objects.GetAlternateLookup<ReadOnlySpan<byte>>().Remove(key, out _, out var kept))
            return null;
        _keptBytes -= kept.Bytes;
        return kept;
    }

    private void Keep(ReadOnlySpan<byte> key, in Kept kept)
    {
        while (_objects.Count > 0 && _keptBytes + kept.Bytes > MaxKeptBytes)
            Take(_objects.MinBy(other => other.Value.Version).Key);
        _objects.Add(key.ToArray(), kept);
        _keptBytes += kept.Bytes;
    }

    private static void PutStart(byte[] key, in ReadOnlySequence<byte> start, IStateTransaction states)
    {
        if (start.IsSingleSegment)
        {
            states.Put(key, start.FirstSpan, start);
            return;
        }

        var whole = ArrayPool<byte>.Shared.Rent((int)start.Length);
        start.CopyTo(whole);
        states.Put(key, whole.AsSpan(0, (int)start.Length), start);
        ArrayPool<byte>.Shared.Return(whole);
    }
}
