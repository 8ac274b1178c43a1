using CsCheck;
using Google.Protobuf;
using Orleans.Replication.Raft;
using Orleans.Replication.Tests.Storage;
using Orleans.Replication.Transactions.Records;
using Orleans.Replication.Transactions.Records.Wire;
using Orleans.Runtime;

namespace Orleans.Replication.Tests.Transactions;

/// <summary>What a replica does with the commands of transactional states, against the rules said plainly.</summary>
public sealed class TransactionStateTableTests
{
    private static readonly byte[] Key = TransactionKeys.Header("p", GrainId.Create("t", "k"), "s");

    private static readonly Gen<StateChange> Change = Gen.Select(
        Gen.Select(Gen.Long[1, 6], Gen.Byte).Array[0, 3], Gen.Long[0, 6], Gen.Bool, Gen.Long[0, 6], Gen.Bool).Select((prepares, commit, commits, abort, aborts) =>
    {
        var change = new StateChange();
        foreach (var (sequence, state) in prepares)
            change.Prepare.Add(new PreparedState { Sequence = sequence, State = ByteString.CopyFrom(state) });
        if (commits)
            change.CommitUpTo = commit;
        if (aborts)
            change.AbortAfter = abort;
        return change;
    });

    [Fact]
    public void Changes_do_what_the_contract_says() => Change.Array[0, 20].Sample(changes =>
    {
        var model = new TableModel(new TransactionStateTable());
        var (committed, state, pending) = (0L, (byte?)null, new SortedDictionary<long, byte>());
        foreach (var change in changes)
        {
            var next = new SortedDictionary<long, byte>(pending.Where(p => !change.HasAbortAfter || p.Key <= change.AbortAfter).ToDictionary());
            foreach (var prepared in change.Prepare.Where(p => p.Sequence > committed))
                next[prepared.Sequence] = prepared.State[0];
            var commits = change.HasCommitUpTo && change.CommitUpTo > committed;
            var refused = commits && !next.ContainsKey(change.CommitUpTo);

            var result = model.Run(new Command(TransactionStateTable.TableName, Key, TransactionFormat.Encode(change)));
            Assert.Equal(refused ? CommandStatus.Rejected : CommandStatus.Ok, result.Status);
            if (refused)
                continue;
            pending = next;
            if (!commits)
                continue;
            (committed, state) = (change.CommitUpTo, next[change.CommitUpTo]);
            pending = new(next.Where(p => p.Key > committed).ToDictionary());
        }

        Assert.Equal(committed, model.TryGet(Key, out var header) ? TransactionFormat.DecodeHeader(header.Value.Span).Committed : 0);
        Assert.Equal(state, model.TryGet(TransactionKeys.Committed(Key), out var stored) ? TransactionFormat.DecodeCommitted(stored.Value).Span[0] : null);
        var kept = model.ScanRange(TransactionKeys.Prepared(Key, 0), TransactionKeys.EndOfPrepared(Key));
        Assert.Equal(
            pending.Select(p => (p.Key, p.Value)),
            kept.Select(p => (TransactionKeys.SequenceOf(p.Key.Span), TransactionFormat.DecodePrepared(p.Value.Value.Span).State[0])));
    });

    [Fact]
    public void A_command_of_a_later_format_stops_the_replica_instead_of_making_it_differ() => Assert.Throws<NotSupportedException>(() =>
        new TableModel(new TransactionStateTable()).Run(new Command(TransactionStateTable.TableName, Key, new byte[] { TransactionFormat.Version + 1 })));

    [Fact]
    public void Any_key_and_any_bytes_of_the_known_format_are_applied_or_refused() =>
        Gen.Select(Gen.OneOf(Gen.Byte.Array[0, 20], Gen.Const(Key)), Gen.Byte.Array[0, 12]).Sample((key, bytes) =>
        {
            if (bytes.Length > 0)
                bytes[0] = TransactionFormat.Version;
            new TableModel(new TransactionStateTable()).Run(new Command(TransactionStateTable.TableName, key, bytes));
        });
}
