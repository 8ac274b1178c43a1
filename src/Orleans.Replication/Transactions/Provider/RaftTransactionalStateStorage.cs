using Google.Protobuf;
using Orleans.Replication.Groups;
using Orleans.Replication.Raft;
using Orleans.Replication.Storage.Records;
using Orleans.Replication.Transactions.Records;
using Orleans.Replication.Transactions.Records.Wire;
using Orleans.Runtime;
using Orleans.Serialization;
using Orleans.Storage;
using Orleans.Transactions.Abstractions;

namespace Orleans.Replication.Transactions.Provider;

/// <summary>
/// One transactional state in a Raft group. Storing is one command under the condition that the header has the version which the caller knows; the
/// version is the etag. Nothing is cached: <see cref="Load"/> after a failed <see cref="Store"/> reads what the group has.
/// </summary>
/// <typeparam name="TState">The state.</typeparam>
/// <param name="name">What the state is called in errors.</param>
/// <param name="key">The key of the state's header.</param>
/// <param name="group">Finds the group.</param>
/// <param name="states">Writes and reads states.</param>
/// <param name="serializer">Writes and reads what the transaction protocol keeps beside them.</param>
internal sealed class RaftTransactionalStateStorage<TState>(
    string name, byte[] key, Func<IGroupAccess> group, IGrainStorageSerializer states, Serializer serializer) : ITransactionalStateStorage<TState>
    where TState : class, new()
{
    private readonly RecordRange[] _all =
    [
        RecordRange.Key(key), RecordRange.Key(TransactionKeys.Committed(key)), new(TransactionKeys.Prepared(key, 0), TransactionKeys.EndOfPrepared(key)),
    ];

    /// <summary>Reads the state, linearizably, from one snapshot of a replica.</summary>
    /// <exception cref="ReplicationException">The group could not be asked.</exception>
    public async Task<TransactionalStorageLoadResponse<TState>> Load()
    {
        using var snapshot = await group().ReadAsync(TransactionStateTable.TableName, _all, CancellationToken.None).ConfigureAwait(false);
        if (!snapshot.TryGet(key, out var record))
            return new TransactionalStorageLoadResponse<TState>();

        var header = TransactionFormat.DecodeHeader(record.Value.Span);
        var committed = snapshot.TryGet(TransactionKeys.Committed(key), out var stored) ? Read(TransactionFormat.DecodeCommitted(stored.Value)) : new TState();
        var metadata = serializer.Deserialize<TransactionalStateMetaData>(header.Metadata.Span) ?? new();
        var pending = snapshot.ScanRange(TransactionKeys.Prepared(key, 0), TransactionKeys.EndOfPrepared(key)).Select(ToPending).ToList();
        return new(VersionETag.Format(record.Version), committed, header.Committed, metadata, pending);
    }

    /// <summary>Changes the state: everything that is asked for, or nothing.</summary>
    /// <returns>The new etag.</returns>
    /// <exception cref="InconsistentStateException">The state has another etag. Nothing was changed.</exception>
    /// <exception cref="InvalidOperationException">The state to commit was never prepared. Nothing was changed.</exception>
    /// <exception cref="ReplicationUnavailableException">Nothing was changed.</exception>
    /// <exception cref="ReplicationOutcomeUnknownException">The change may have happened; <see cref="Load"/> says.</exception>
    public async Task<string> Store(
        string? expectedETag, TransactionalStateMetaData metadata, List<PendingTransactionState<TState>>? statesToPrepare, long? commitUpTo, long? abortAfter)
    {
        var expected = 0L;
        if (expectedETag is not null && (!VersionETag.TryParse(expectedETag, out expected) || expected == 0))
            throw Conflict(expectedETag, null);

        // Written down before the first wait: the caller goes on to change its metadata.
        var change = new StateChange { Metadata = ToBytes(metadata), Prepare = { (statesToPrepare ?? []).Select(ToPrepared) } };
        if (commitUpTo is { } commit)
            change.CommitUpTo = commit;
        if (abortAfter is { } abort)
            change.AbortAfter = abort;

        var command = new Command(TransactionStateTable.TableName, key, TransactionFormat.Encode(change), expected);
        var result = await group().ProposeAsync(command, CancellationToken.None).ConfigureAwait(false);
        return result.Status switch
        {
            CommandStatus.Ok => VersionETag.Format(result.Version),
            CommandStatus.VersionMismatch => throw Conflict(expectedETag, result.Version == 0 ? null : VersionETag.Format(result.Version)),
            _ when result.Payload.Span is [(byte)TransactionRefusal.NotPrepared] =>
                throw new InvalidOperationException($"Cannot commit {name} up to {commitUpTo}: no state was prepared under this number."),
            _ => throw new InvalidOperationException("The group refused the command as malformed: its members run different versions of the software."),
        };
    }

    private PreparedState ToPrepared(PendingTransactionState<TState> pending) => new()
    {
        Sequence = pending.SequenceId,
        Transaction = ToBytes(new PreparedTransaction(pending.TransactionId, pending.TimeStamp, pending.TransactionManager)),
        State = UnsafeByteOperations.UnsafeWrap(states.Serialize(pending.State).ToMemory()),
    };

    private PendingTransactionState<TState> ToPending(KeyValuePair<ReadOnlyMemory<byte>, StateRecord> pair)
    {
        var prepared = TransactionFormat.DecodePrepared(pair.Value.Value.Span);
        var transaction = serializer.Deserialize<PreparedTransaction>(prepared.Transaction.Span)
            ?? throw new InvalidDataException($"A prepared state of {name} does not say which transaction prepared it.");
        return new()
        {
            SequenceId = TransactionKeys.SequenceOf(pair.Key.Span),
            TransactionId = transaction.TransactionId,
            TimeStamp = transaction.TimeStamp,
            TransactionManager = transaction.TransactionManager,
            State = Read(prepared.State.Memory),
        };
    }

    private TState Read(ReadOnlyMemory<byte> state) => states.Deserialize<TState>(new BinaryData(state)) ?? new TState();

    private ByteString ToBytes<T>(T value) => UnsafeByteOperations.UnsafeWrap(serializer.SerializeToArray(value));

    private InconsistentStateException Conflict(string? expected, string? stored) => new(
        $"Cannot store {name}: it has etag {stored ?? "(unknown or none)"}, the activation has {expected ?? "(none)"}. Another activation has changed it.",
        stored,
        expected);
}
