using System.Text;
using CsCheck;
using Orleans.Replication.Raft.State;

namespace Orleans.Replication.Raft.Tests.Divergence;

/// <summary>The hash says what was changed, and nothing else: not in which order, not by which process, not in how many writes of the database.</summary>
public sealed class DigestHistoryTests
{
    private static readonly Gen<(int Key, int Value)[]> Changes = Gen.Select(Gen.Int[0, 20], Gen.Int[-1, 5]).Array[0, 6];

    [Fact]
    public void Equal_histories_have_equal_hashes_however_they_were_written() =>
        Gen.Select(Gen.Select(Changes, Gen.Int[1, 700], Gen.Int[0, 5]).Array[1, 25], Gen.Int).Sample(
            (entries, seed) =>
            {
                var folder = Directory.CreateTempSubdirectory("raft-digests-").FullName;
                var (plain, other) = (StateStore.Open(Path.Combine(folder, "plain")), StateStore.Open(Path.Combine(folder, "other")));
                try
                {
                    var random = new Random(seed);
                    var (index, copies) = (0L, 0);
                    foreach (var (changes, step, interruption) in entries)
                    {
                        index += step;
                        Commit(plain, index, changes);

                        // A key that is changed twice in an entry keeps its last value: only different keys may change places.
                        var last = changes.GroupBy(change => change.Key).Select(same => same.Last()).ToArray();
                        random.Shuffle(last);
                        Commit(other, index, last);
                        if (interruption == 0)
                        {
                            other.Dispose();
                            other = StateStore.Open(Path.Combine(folder, "other"));
                        }
                        else if (interruption == 1)
                        {
                            var copy = Path.Combine(folder, "copy-" + copies++);
                            plain.Checkpoint(copy);
                            other.Install(copy);
                        }

                        Assert.Equal(plain.Digests.All(), other.Digests.All());
                    }
                }
                finally
                {
                    plain.Dispose();
                    other.Dispose();
                    Directory.Delete(folder, recursive: true);
                }
            },
            iter: 12);

    [Theory]
    [InlineData(2, 1, 1)] // another value
    [InlineData(1, 2, 1)] // another key
    [InlineData(1, -1, 1)] // a deletion
    [InlineData(1, 1, 2)] // another entry
    public void What_was_changed_otherwise_has_another_hash(int value, int key, int index)
    {
        using var folder = new TemporaryState();
        using var second = new TemporaryState();
        Commit(folder.State, 1, [(1, 1)]);
        Commit(second.State, index, [key < 0 ? (1, -1) : (key, value)]);
        Commit(folder.State, 3, [(7, 7)]);
        Commit(second.State, 3, [(7, 7)]);
        Assert.NotEqual(folder.State.Digests.All()[^1], second.State.Digests.All()[^1]);
    }

    /// <summary>An upgraded member has hashed since its upgrade, the others since the beginning: from the next epoch on they can be compared.</summary>
    [Fact]
    public void A_state_of_earlier_software_is_comparable_from_the_next_epoch_on()
    {
        using var whole = new TemporaryState();
        using var upgraded = new TemporaryState();
        foreach (var state in (TemporaryState[])[whole, upgraded])
            Commit(state.State, 10, [(1, 1)]);
        upgraded.ForgetDigests();
        Assert.Equal(new StateDigest(11, 10, default), Assert.Single(upgraded.State.Digests.All()));
        for (var index = 11L; index < DigestHistory.Epoch + (2 * DigestHistory.MarkEvery); index += 500)
        {
            foreach (var state in (TemporaryState[])[whole, upgraded])
                Commit(state.State, index, [(1, (int)index)]);
        }

        Assert.Equal(64 + 1, whole.State.Digests.All().Count - 1);
        Assert.Equal(2, upgraded.State.Digests.All().Count);
        Assert.Equal(whole.State.Digests.All().TakeLast(2), upgraded.State.Digests.All());
        Assert.Equal(DigestHistory.Epoch, upgraded.State.Digests.All()[0].Since);
    }

    /// <summary>A lagging member is compared where it is, as long as the others remember it; and what they remember is bounded.</summary>
    [Fact]
    public void The_last_marks_are_remembered_and_outlive_a_restart()
    {
        using var state = new TemporaryState();
        const int Count = DigestHistory.MarksKept + 50;
        for (var i = 1L; i <= Count; i++)
            Commit(state.State, i * DigestHistory.MarkEvery, [(1, (int)i)]);
        var all = state.State.Digests.All();
        Assert.Equal(DigestHistory.MarksKept + 1, all.Count);
        Assert.Equal(((Count - DigestHistory.MarksKept + 1) * DigestHistory.MarkEvery) - 1, all[0].Index);
        state.Reopen();
        Assert.Equal(all, state.State.Digests.All());
    }

    private static void Commit(StateStore state, long index, (int Key, int Value)[] changes)
    {
        var batch = new StateBatch();
        foreach (var (key, value) in changes)
            batch.Set(Encoding.UTF8.GetBytes("key-" + key), value < 0 ? null : BitConverter.GetBytes(value));
        state.Commit(batch, new AppliedPosition(index, 1, index, default));
    }
}
