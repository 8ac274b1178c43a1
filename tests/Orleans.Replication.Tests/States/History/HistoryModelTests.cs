using CsCheck;
using Orleans.Replication.Buffers;
using Orleans.Replication.Raft;
using Orleans.Replication.States;
using Orleans.Replication.States.Chains;
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
    public void A_reader_gets_every_change_after_its_version_or_is_told_that_some_are_not_known() => Steps.Sample(steps =>
    {
        var table = new HistoryTable();
        var model = new TableModel(table);
        table.Applied(0);
        var all = new List<(int Key, long Version, bool Exists)>();
        foreach (var step in steps)
        {
            if (step.Restart)
            {
                table.Reset();
                table.Applied(model.Index);
            }

            var before = model.TryGet(Key(step.Key), out _);
            model.Run(new Command(string.Empty, Key(step.Key), step.Payload, null));
            if (step.IsWrite || before)
                all.Add((step.Key, model.Index, step.IsWrite));

            // Not published: nobody hears of it.
            Assert.DoesNotContain(HistoryReader.Read(table.History, model, Key(step.Key), 0), change => change.Version == model.Index && change.Kind != StateChangeKind.Compacted);
            table.Applied(model.Index);
        }

        for (var key = 0; key <= 3; key++)
        {
            for (var after = 0; after <= model.Index; after++)
                Check(table.History, model, all, key, after);
        }
    });

    [Fact]
    public void A_watch_does_not_go_back_while_a_snapshot_without_its_state_is_being_installed()
    {
        var table = new HistoryTable();
        var model = new TableModel(table);
        table.Applied(3);

        // Resumed on a replica that lags, which now gets everything up to 9 at once.
        table.Reset();
        Assert.Empty(HistoryReader.Read(table.History, model, Key(0), after: 7));
        table.Applied(9);
        var told = Assert.Single(HistoryReader.Read(table.History, model, Key(0), after: 7));
        Assert.Equal((StateChangeKind.Compacted, 9L), (told.Kind, told.Version));
    }

    [Fact]
    public void What_a_state_was_at_a_version_is_told_or_that_it_is_not_known() => Steps.Sample(steps =>
    {
        var table = new HistoryTable();
        var model = new TableModel(table);
        table.Applied(0);
        var all = new List<(int Key, long Version, string Record)>();
        foreach (var step in steps)
        {
            if (step.Restart)
            {
                table.Reset();
                table.Applied(model.Index);
            }

            var before = model.TryGet(Key(step.Key), out _);
            model.Run(new Command(string.Empty, Key(step.Key), step.Payload, null));
            if (step.IsWrite || before)
                all.Add((step.Key, model.Index, Convert.ToHexString(step.Payload)));
            Assert.True(HistoryReader.ReadAt(table.History, model, Key(step.Key), model.Index).IsAhead);
            table.Applied(model.Index);
        }

        for (var key = 0; key <= 3; key++)
        {
            for (var version = 1; version <= model.Index; version++)
                CheckPast(table.History, model, all, key, version);
        }
    });

    private static void CheckPast(StateHistory history, TableModel model, List<(int Key, long Version, string Record)> all, int key, long version)
    {
        var truth = all.LastOrDefault(change => change.Key == key && change.Version <= version);
        var read = HistoryReader.ReadAt(history, model, Key(key), version);
        Assert.False(read.IsAhead);
        if (read.Change is { } change)
        {
            Assert.Equal(truth.Record ?? string.Empty, Convert.ToHexString(change.State.Whole().Span));
            Assert.Equal(change.Kind == StateChangeKind.Written, change.State.IsEmpty == false);
            if (change.Version != 0)
                Assert.Equal(truth.Version, change.Version);
            return;
        }

        // What was made after the floor is known, and that nothing was there at the floor; what was made before it, only as long as it is so.
        Assert.True(truth.Version <= read.Floor, $"{version} is not known, though everything after {read.Floor} is kept.");
        Assert.True(version < read.Floor || truth.Record is { Length: > 0 });
    }

    private static void Check(StateHistory history, TableModel model, List<(int Key, long Version, bool Exists)> all, int key, long after)
    {
        var missed = all.Where(change => change.Key == key && change.Version > after).ToList();
        var read = HistoryReader.Read(history, model, Key(key), after);
        if (read is [{ Kind: StateChangeKind.Compacted, Version: var version } compacted])
        {
            Assert.True(after < history.Read(Key(key), 0).Floor);
            Assert.True(version > after);
            Assert.Equal(model.TryGet(Key(key), out var now), !compacted.State.IsEmpty);
            if (!compacted.State.IsEmpty)
                Assert.Equal((now.Version, Convert.ToHexString(now.Value.Span)), (version, Convert.ToHexString(compacted.State.Whole().Span)));
            Assert.Equal(
                missed.Where(change => change.Version > version).Select(change => change.Version),
                HistoryReader.Read(history, model, Key(key), version).Select(change => change.Version));
            return;
        }

        // What a reader that begins with nothing cannot know: a state that came and went before anything that is kept.
        if (after == 0 && read.Count < missed.Count)
            missed = SinceItDidNotExist(missed, read.Count);
        Assert.Equal(
            missed.Select(change => (change.Version, change.Exists ? StateChangeKind.Written : StateChangeKind.Cleared)),
            read.Select(change => (change.Version, change.Kind)));
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
        // There are no operations.
        private readonly OperationChains _chains = new(operations: null!);

        public StateHistory History { get; } = new(MaxChanges, MaxBytes);

        public string Name => "history";

        public CommandOutcome Apply(in CommandContext context, IStateTransaction state)
        {
            var recording = new RecordingTransaction(context, default, History, _chains, state);
            if (context.Payload.IsEmpty)
                recording.Delete(context.Key);
            else
                recording.Put(context.Key, context.Payload.Span);
            return CommandOutcome.Ok();
        }

        public void Reset() => History.Reset();

        public void Applied(long lastCommand) => History.Publish(lastCommand);
    }
}
