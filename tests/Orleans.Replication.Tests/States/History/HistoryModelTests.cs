using CsCheck;
using Orleans.Replication.Raft;
using Orleans.Replication.States;
using Orleans.Replication.States.History;
using Orleans.Replication.Tests.Storage;

namespace Orleans.Replication.Tests.States.History;

/// <summary>The history of a table against a list of everything that ever happened.</summary>
public sealed class HistoryModelTests
{
    private const int MaxChanges = 8;
    private const int MaxBytes = 400;

    private static readonly Gen<Step[]> Steps = Gen.Select(
        Gen.Int[0, 3], Gen.Frequency((4, Gen.Const(true)), (1, Gen.Const(false))), Gen.Int[0, 60], Gen.Bool,
        (key, isWrite, size, restart) => new Step(key, isWrite, size, restart)).Array[0, 60];

    [Fact]
    public void A_reader_gets_every_change_after_its_version_or_is_told_that_some_are_gone() => Steps.Sample(steps =>
    {
        var table = new HistoryTable();
        var model = new TableModel(table);
        var all = new List<(int Key, long Version, bool Exists)>();
        foreach (var step in steps)
        {
            if (step.Restart)
                table.Reset();
            var before = model.TryGet(Key(step.Key), out _);
            model.Run(new Command(string.Empty, Key(step.Key), step.Payload, null));
            if (step.IsWrite || before)
                all.Add((step.Key, model.Index, step.IsWrite));
        }

        for (var key = 0; key <= 3; key++)
        {
            for (var after = 0; after <= model.Index; after++)
                Check(model, all, key, after);
        }
    });

    [Fact]
    public void What_is_kept_does_not_depend_on_when_a_replica_was_restarted() => Steps.Sample(steps =>
    {
        TableModel Run(bool restarts)
        {
            var table = new HistoryTable();
            var model = new TableModel(table);
            foreach (var step in steps)
            {
                if (restarts && step.Restart)
                    table.Reset();
                model.Run(new Command(string.Empty, Key(step.Key), step.Payload, null));
            }

            return model;
        }

        Assert.Equal(Run(restarts: false).Dump(), Run(restarts: true).Dump());
    });

    [Fact]
    public void No_more_is_kept_than_the_limits_allow_but_always_the_last_change() => Steps.Sample(steps =>
    {
        var model = new TableModel(new HistoryTable());
        foreach (var step in steps)
        {
            model.Run(new Command(string.Empty, Key(step.Key), step.Payload, null));
            var kept = model.Scan(HistoryKeys.AllChanges).Select(change => change.Value.Value.Length).ToList();
            Assert.True(kept.Count <= 1 || (kept.Count <= MaxChanges && kept.Sum() <= MaxBytes));
            if (step.IsWrite)
                Assert.Contains(model.Scan(HistoryKeys.AllChanges), change => change.Value.Version == model.Index);
        }
    });

    private static void Check(TableModel model, List<(int Key, long Version, bool Exists)> all, int key, long after)
    {
        var missed = all.Where(change => change.Key == key && change.Version > after).ToList();
        var read = HistoryReader.Read(model, Key(key), after);
        if (read is [(var version, { Kind: StateChangeKind.Compacted } compacted)])
        {
            Assert.True(after < StateHistory.DroppedUpTo(model));
            Assert.True(version > after);
            Assert.Equal(model.TryGet(Key(key), out var now), !compacted.State.IsEmpty);
            if (!compacted.State.IsEmpty)
                Assert.Equal((now.Version, Convert.ToHexString(now.Value.Span)), (version, Convert.ToHexString(compacted.State.Span)));
            Assert.Equal(
                missed.Where(change => change.Version > version).Select(change => change.Version),
                HistoryReader.Read(model, Key(key), version).Select(change => change.Version));
            return;
        }

        // What a reader that begins with nothing cannot know: a state that came and went before anything that is kept.
        if (after == 0 && read.Count < missed.Count)
            missed = SinceItDidNotExist(missed, read.Count);
        Assert.Equal(
            missed.Select(change => (change.Version, change.Exists ? StateChangeKind.Written : StateChangeKind.Cleared)),
            read.Select(change => (change.Version, change.Change.Kind)));
    }

    private static List<(int Key, long Version, bool Exists)> SinceItDidNotExist(List<(int Key, long Version, bool Exists)> changes, int count)
    {
        Assert.False(changes[^(count + 1)].Exists);
        return changes[^count..];
    }

    private static byte[] Key(int key) => [1, (byte)key];

    private sealed record Step(int Key, bool IsWrite, int Size, bool Restart)
    {
        public byte[] Payload => IsWrite ? [StateFormat.Version, .. new byte[Size]] : [];
    }

    /// <summary>Writes the payload as the state; an empty payload deletes it.</summary>
    private sealed class HistoryTable : IReplicatedTable
    {
        private readonly StateHistory _history = new(MaxChanges, MaxBytes);

        public string Name => "history";

        public CommandOutcome Apply(in CommandContext context, IStateTransaction state)
        {
            var recording = new RecordingTransaction(context, _history, state);
            if (context.Payload.IsEmpty)
                recording.Delete();
            else
                recording.Put(context.Payload.Span);
            return CommandOutcome.Ok();
        }

        public void Reset() => _history.Reset();
    }
}
