using System.Buffers;
using System.Text;
using CsCheck;
using Orleans.Replication.Raft.State;
using Orleans.Replication.Raft.Tests.Divergence;

namespace Orleans.Replication.Raft.Tests.State;

/// <summary>What log entries change waits in memory before the database gets it: nobody may see that.</summary>
public sealed class StateStoreTests
{
    private const int Keys = 6;

    private static readonly byte[] Prefix = StateKeys.Table("t");

    private enum Step
    {
        Commit,
        Get,
        Scan,
        Snapshot,
        Checkpoint,
        Install,
        Reopen,
    }

    /// <summary>Against a dictionary: whichever way it is read, the state is as after the last entry, and a copy or a snapshot as it was when it was made.</summary>
    [Fact]
    public void Every_way_to_read_it_gives_the_state_after_the_last_entry() =>
        Gen.Select(
            Gen.Frequency((12, Gen.Const(Step.Commit)), (3, Gen.Const(Step.Get)), (1, Gen.Enum<Step>())),
            Gen.Select(Gen.Int[0, Keys - 1], Gen.Frequency((8, Gen.Int[0, 40]), (1, Gen.Int[900_000, 1_200_000]), (2, Gen.Const(-1)))).Array[1, 3]).Array[1, 90].Sample(
            steps =>
            {
                using var folder = new TemporaryState();
                var model = new SortedDictionary<int, byte[]>();
                var index = 0L;
                var copies = 0;
                foreach (var (step, changes) in steps)
                {
                    switch (step)
                    {
                        case Step.Commit:
                            Commit(folder.State, ++index, changes, model);
                            break;
                        case Step.Get:
                            var key = changes[0].Item1;
                            var exists = new TableReader(folder.State, Prefix).TryGet([(byte)key], out var record);
                            Assert.Equal(model.GetValueOrDefault(key), exists ? RecordOf(record) : null);
                            Assert.Equal(record.Value.ToArray(), record.Pieces.ToArray());
                            break;
                        case Step.Scan:
                            RequireEqual(model, folder.State.Scan(Prefix).Select(row => row.Value));
                            break;
                        case Step.Snapshot:
                            using (var snapshot = new TableSnapshot(folder.State.Acquire(), Prefix))
                            {
                                var then = new SortedDictionary<int, byte[]>(model);
                                Commit(folder.State, ++index, changes, model);
                                RequireEqual(then, snapshot.Scan(default).Select(row => RecordOf(row.Value)));
                            }

                            break;
                        case Step.Checkpoint or Step.Install:
                            var copy = Path.Combine(folder.Folder, "copy-" + copies++);
                            Assert.Equal(index, folder.State.Checkpoint(copy).Index);
                            var copied = new SortedDictionary<int, byte[]>(model);
                            if (step == Step.Install)
                            {
                                Commit(folder.State, ++index, changes, model);
                                folder.State.Install(copy);
                                (model, index) = (copied, folder.State.Position.Index);
                            }

                            break;
                        default:
                            folder.Reopen();
                            break;
                    }

                    Assert.Equal(index, folder.State.Position.Index);
                }

                RequireEqual(model, folder.State.Scan(Prefix).Select(row => row.Value));
            },
            iter: 40);

    /// <summary>The database is given what waits at any moment, while others look: none of them may find an older value than one that was there before.</summary>
    [Fact]
    public async Task A_record_never_goes_back_while_the_database_is_given_its_changes()
    {
        using var folder = new TemporaryState();
        var state = folder.State;
        var committed = 0L;
        using var stop = new CancellationTokenSource();
        var readers = Enumerable.Range(0, 3).Select(reader => Task.Run(
            () =>
            {
                var last = 0L;
                while (!stop.IsCancellationRequested)
                {
                    var atLeast = Math.Max(last, Volatile.Read(ref committed));
                    last = reader == 0 ? ReadSnapshot(state) : ToNumber(state.Get(KeyOf(0)));
                    Assert.True(last >= atLeast, $"{last} was read after {atLeast}.");
                }
            },
            TestContext.Current.CancellationToken)).ToArray();
        for (var index = 1L; index <= 20_000; index++)
        {
            var batch = new StateBatch();
            batch.Set(KeyOf(0), RecordFormat.Encode(index, BitConverter.GetBytes(index)));
            state.Commit(batch, new AppliedPosition(index, 1, index, default));
            Volatile.Write(ref committed, index);
        }

        await stop.CancelAsync();
        await Task.WhenAll(readers);
    }

    /// <summary>A record that is changed again and again costs the database one write in so many, and a large one does not wait for others.</summary>
    [Fact]
    public void What_waits_is_bounded_in_entries_and_bytes()
    {
        var pending = new PendingChanges();
        for (var entry = 1; entry <= PendingChanges.MaxEntries; entry++)
        {
            Assert.False(pending.IsFull);
            pending.Add([KeyValuePair.Create(KeyOf(0), (StoredValue?)new byte[PendingChanges.MaxBytes / 2])]);
        }

        Assert.True(pending.IsFull);
        pending.Clear();
        Assert.False(pending.Any);
        pending.Add([KeyValuePair.Create(KeyOf(0), (StoredValue?)new byte[PendingChanges.MaxBytes / 2])]);
        pending.Add([KeyValuePair.Create(KeyOf(0), (StoredValue?)null)]);
        pending.Add([KeyValuePair.Create(KeyOf(1), (StoredValue?)new byte[PendingChanges.MaxBytes / 2])]);
        Assert.False(pending.IsFull);
        pending.Add([KeyValuePair.Create(KeyOf(2), (StoredValue?)new byte[PendingChanges.MaxBytes / 2])]);
        Assert.True(pending.IsFull);
    }

    private static long ReadSnapshot(StateStore state)
    {
        using var snapshot = new TableSnapshot(state.Acquire(), Prefix);
        return snapshot.TryGet([0], out var record) ? BitConverter.ToInt64(record.Value.Span) : 0;
    }

    private static long ToNumber(StoredValue? record) => record is null ? 0 : BitConverter.ToInt64(RecordFormat.Decode(record.Whole()).Value.Span);

    private static byte[] KeyOf(int key) => [.. Prefix, (byte)key];

    /// <summary>Values are large enough, some of them, to be given at once; -1 deletes.</summary>
    private static void Commit(StateStore state, long index, (int Key, int Bytes)[] changes, SortedDictionary<int, byte[]> model)
    {
        var batch = new StateBatch();
        foreach (var (key, bytes) in changes)
        {
            if (bytes < 0)
            {
                batch.Set(KeyOf(key), null);
                model.Remove(key);
                continue;
            }

            var value = Encoding.UTF8.GetBytes(new string('v', bytes));
            if (bytes > 0)
                value[index * 7_919 % bytes] = (byte)index;
            batch.Set(KeyOf(key), RecordFormat.Encode(index, value, model.TryGetValue(key, out var before) ? RecordFormat.ValueOf(before!) : default));
            model[key] = RecordFormat.Encode(index, value).Whole().ToArray();
        }

        state.Commit(batch, new AppliedPosition(index, 1, index, default));
        Assert.Empty(batch.Changes);
    }

    private static byte[] RecordOf(StateRecord record) => RecordFormat.Encode(record.Version, record.Value.Span).Whole().ToArray();

    private static void RequireEqual(SortedDictionary<int, byte[]> model, IEnumerable<byte[]> records) => Assert.Equal(model.Values, records);
}
