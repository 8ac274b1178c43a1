using System.Runtime.CompilerServices;
using Orleans.Replication.Raft.Consensus;

namespace Orleans.Replication.Raft;

/// <summary>
/// A state that the members of a group agree on and replace as a whole. Register <see cref="Table"/> in <see cref="RaftGroupOptions.Tables"/> on every member, and
/// <see cref="Attach"/> to the group. For a state that is changed by operations, see <see cref="OpLogConsensus{TState, TOperation}"/>.
/// </summary>
/// <remarks>Every member makes it with the same name and codecs. The members may be called by several threads at once.</remarks>
/// <typeparam name="TState">The state. It may be mutable: everybody gets an own copy.</typeparam>
public class StateConsensus<TState> : IConsensus<TState>
{
    private readonly ConsensusTable _table;
    private volatile ConsensusLog? _log;
    private volatile IActor<TState>? _actor;

    /// <summary>Makes it, not attached to a group yet.</summary>
    /// <param name="name">The name of its table: 1 to 64 bytes, unique in its group, part of the log and of the state on disk.</param>
    public StateConsensus(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        _table = new ConsensusTable(name, RunOperation);
    }

    /// <summary>How states become bytes, the same on every member. Default JSON.</summary>
    public IConsensusCodec<TState> StateCodec
    {
        get => field ??= new JsonConsensusCodec<TState>();
        init;
    }

    /// <summary>
    /// How many of the last states are kept, for rollbacks and subscriptions: 1 to 10,000, default 32. Each takes its size on every member's disk. The setting of
    /// the member that submits a change counts.
    /// </summary>
    public int KeptRevisions
    {
        get;
        init => field = value is >= 1 and <= ConsensusCommand.MaxKeptRevisions
            ? value
            : throw new ArgumentOutOfRangeException(nameof(KeptRevisions), value, $"{nameof(KeptRevisions)} has to be 1 to {ConsensusCommand.MaxKeptRevisions}.");
    } = 32;

    /// <summary>The replicated part, for <see cref="RaftGroupOptions.Tables"/> of one group.</summary>
    public IReplicatedTable Table => _table;

    private ConsensusLog Log => _log ?? throw new InvalidOperationException($"'{_table.Name}' is not attached to a group: call {nameof(Attach)} first.");

    /// <summary>Says in which group the table is, which need not be started yet, and sets an actor that proposes to it.</summary>
    /// <returns>The actor, to wrap it in another (<see cref="SetActor"/>).</returns>
    /// <exception cref="ArgumentException">The group does not have <see cref="Table"/> among its tables.</exception>
    public IActor<TState> Attach(RaftGroup group)
    {
        ArgumentNullException.ThrowIfNull(group);
        if (!group.Tables.Contains(_table))
            throw new ArgumentException($"Group '{group.Name}' has no such table: put {nameof(Table)} of '{_table.Name}' into its {nameof(RaftGroupOptions)}.{nameof(RaftGroupOptions.Tables)}.", nameof(group));
        var log = new ConsensusLog(group, _table);
        var actor = new RaftActor<TState>(log, StateCodec, EncodeOperation, KeptRevisions);
        _log = log;
        _actor = actor;
        return actor;
    }

    /// <inheritdoc/>
    public void SetActor(IActor<TState>? actor) => _actor = actor;

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">It is not attached to a group.</exception>
    public async ValueTask<AgreedState<TState>> GetCurrentStateAsync(CancellationToken cancellationToken = default)
    {
        var (revision, record) = await Log.ReadHeadAsync(cancellationToken).ConfigureAwait(false);
        return ToAgreed(revision, record);
    }

    /// <inheritdoc/>
    public ValueTask<AgreedState<TState>> CommitStateAsync(TState state, CancellationToken cancellationToken = default) =>
        Submit(new ConsensusChange<TState>.NewState(state), cancellationToken);

    /// <inheritdoc cref="IOpLogConsensus{TState}.RollbackAsync"/>
    public ValueTask<AgreedState<TState>> RollbackAsync(long revision, CancellationToken cancellationToken = default) =>
        Submit(new ConsensusChange<TState>.Rollback(revision), cancellationToken);

    /// <inheritdoc cref="IOpLogConsensus{TState}.RollbackToAsync"/>
    public ValueTask<AgreedState<TState>> RollbackToAsync(TState state, CancellationToken cancellationToken = default) =>
        Submit(new ConsensusChange<TState>.RollbackTo(state), cancellationToken);

    /// <summary>
    /// The states as this member applies them: every one after <paramref name="afterRevision"/>, once, in order. When some that were asked for are not kept any more,
    /// the next event says how many. A slow reader holds nothing up. Goes on until it is cancelled or disposed; may be resumed on another member.
    /// </summary>
    /// <param name="afterRevision">The revision after which to begin; 0: with the oldest that is kept; null: with the first that this member has not applied at the time of this call.</param>
    /// <param name="cancellationToken">Ends the subscription.</param>
    /// <exception cref="InvalidOperationException">It is not attached to a group.</exception>
    /// <exception cref="GroupUnavailableException">The member is not started, is stopping or went out of service: resume on another.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="afterRevision"/> is negative.</exception>
    public IAsyncEnumerable<StateUpdate<TState>> Subscribe(long? afterRevision = null, CancellationToken cancellationToken = default)
    {
        if (afterRevision < 0)
            throw new ArgumentOutOfRangeException(nameof(afterRevision), afterRevision, "Revisions are not negative.");
        var log = Log;
        return FollowAsync(log, afterRevision ?? log.GetStatus().Revision, cancellationToken);
    }

    /// <summary>What this member has now. Does not wait.</summary>
    /// <exception cref="InvalidOperationException">It is not attached to a group.</exception>
    /// <exception cref="GroupUnavailableException">The member is not started, or out of service.</exception>
    public ConsensusStatus GetStatus() => Log.GetStatus();

    private protected ValueTask<AgreedState<TState>> Submit(ConsensusChange<TState> change, CancellationToken cancellationToken) => _actor is { } actor
        ? actor.SetStateAsync(change, cancellationToken)
        : throw new InvalidOperationException($"'{_table.Name}' has no actor to submit changes: call {nameof(Attach)} or {nameof(SetActor)} first.");

    private protected virtual ReadOnlyMemory<byte> EncodeOperation(IConsensusOperation<TState> operation) =>
        throw new ArgumentException($"'{_table.Name}' has no operations, only whole states: make it an {nameof(OpLogConsensus<,>)}.", nameof(operation));

    private protected virtual OperationOutcome RunOperation(ReadOnlyMemory<byte>? state, ReadOnlyMemory<byte> operation, in ApplyContext context) =>
        throw new InvalidOperationException($"The log holds an operation for '{_table.Name}', which this member has made without operations. Every member makes it alike.");

    private async IAsyncEnumerable<StateUpdate<TState>> FollowAsync(ConsensusLog log, long after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // The watch before the first look: a change between the two ends the first wait.
        using var watch = log.Watch();
        while (true)
        {
            var found = log.ReadAfter(after);
            foreach (var (revision, record) in found)
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return new(ToAgreed(revision, record), revision - after - 1);
                after = revision;
            }

            if (found.Count == 0)
                await watch.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private AgreedState<TState> ToAgreed(long revision, in RevisionRecord record) => new(revision, StateCodec.Decode(record.State), record.Timestamp, record.Kind);
}
