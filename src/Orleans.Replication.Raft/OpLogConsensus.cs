using Orleans.Replication.Raft.Consensus;

namespace Orleans.Replication.Raft;

/// <summary>
/// A state that the members of a group agree on by a log of operations, which every member applies in the same order, each once. Register
/// <see cref="StateConsensus{TState}.Table"/> in <see cref="RaftGroupOptions.Tables"/> on every member, and <see cref="StateConsensus{TState}.Attach"/> to the group.
/// </summary>
/// <remarks>Every member makes it with the same name, initial state and codecs. The members may be called by several threads at once.</remarks>
/// <typeparam name="TState">The state. It may be mutable: everybody gets an own copy.</typeparam>
/// <typeparam name="TOperation">The operations: one type, or the base of several.</typeparam>
public sealed class OpLogConsensus<TState, TOperation> : StateConsensus<TState>, IOpLogConsensus<TState>
    where TOperation : class, IConsensusOperation<TState>
{
    private readonly TState _initial;
    private readonly Lazy<ReadOnlyMemory<byte>> _encodedInitial;

    /// <summary>Makes it, not attached to a group yet.</summary>
    /// <param name="name">The name of its table: 1 to 64 bytes, unique in its group, part of the log and of the state on disk.</param>
    /// <param name="initial">What the first operation is applied to. It is not agreed on itself: reading it is a <see cref="NoStateException"/>.</param>
    public OpLogConsensus(string name, TState initial)
        : base(name)
    {
        ArgumentNullException.ThrowIfNull(initial);
        _initial = initial;
        _encodedInitial = new(() => StateCodec.EncodeChecked(_initial));
    }

    /// <summary>How operations become bytes, the same on every member. Default JSON.</summary>
    public IConsensusCodec<TOperation> OperationCodec
    {
        get => field ??= new JsonConsensusCodec<TOperation>();
        init;
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The operation is no <typeparamref name="TOperation"/>.</exception>
    public ValueTask<AgreedState<TState>> CommitOpAsync(IConsensusOperation<TState> operation, CancellationToken cancellationToken = default) =>
        Submit(new ConsensusChange<TState>.Operation(operation), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<AgreedState<TState>> GetLogHeadAsync(CancellationToken cancellationToken = default) => GetCurrentStateAsync(cancellationToken);

    private protected override ReadOnlyMemory<byte> EncodeOperation(IConsensusOperation<TState> operation) => operation is TOperation typed
        ? OperationCodec.EncodeChecked(typed)
        : throw new ArgumentException($"{operation?.GetType().ToString() ?? "null"} is no {typeof(TOperation)}, of which this consensus is made.", nameof(operation));

    /// <summary>
    /// What cannot be decoded is not the operation's doing but this member's: it throws, and the member goes out of service rather than differ from the others.
    /// </summary>
    private protected override OperationOutcome RunOperation(ReadOnlyMemory<byte>? state, ReadOnlyMemory<byte> operation, in ApplyContext context)
    {
        var before = StateCodec.Decode(state ?? _encodedInitial.Value);
        var decoded = OperationCodec.Decode(operation);
        try
        {
            var after = decoded.ApplyTo(before, context) ?? throw new InvalidOperationException($"{decoded.GetType()} gave no state.");
            return new(StateCodec.Encode(after), null);
        }
        catch (Exception error) when (!LocalFailure.Is(error))
        {
            return new(default, error);
        }
    }
}
