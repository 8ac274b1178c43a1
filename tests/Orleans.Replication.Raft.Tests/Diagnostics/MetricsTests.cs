using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Security.Cryptography;
using Orleans.Replication.Raft.Tests.Cluster;

namespace Orleans.Replication.Raft.Tests.Diagnostics;

/// <summary>The groups of all tests report to one meter, and their members have the same names: these run alone.</summary>
[CollectionDefinition(nameof(MetricsTests), DisableParallelization = true)]
public sealed class MetricsCollection;

/// <summary>What an operator sees of a group.</summary>
[Collection(nameof(MetricsTests))]
public sealed class MetricsTests
{
    [Fact]
    public async Task A_group_reports_its_state_its_work_and_its_peers()
    {
        await using var cluster = await TestCluster.StartAsync(3, options => new RaftGroupOptions { Voters = options.Voters, Tables = options.Tables, MaxQueuedProposals = 1 });
        using var readings = new Readings();
        var leader = cluster.Leader;
        await leader.Group.ProposeAsync(KeyValueTable.Put("key", "value"));
        await leader.Group.ProposeAsync(KeyValueTable.Refuse("key"));
        await leader.Group.ProposeAsync(KeyValueTable.Put("key", "value", expected: 99));
        await leader.Group.TakeSnapshotAsync();
        var follower = cluster.Followers.First();
        cluster.Network.Isolate(follower.Id, cluster.Ids);
        var waiting = follower.Group.ProposeAsync(KeyValueTable.Put("waits", "value")).AsTask();
        await Assert.ThrowsAsync<GroupBusyException>(async () => await follower.Group.ProposeAsync(KeyValueTable.Put("too", "many")));
        readings.Collect();
        Assert.Equal(1, readings.Last("orleans.replication.raft.queue.proposals", ("member", follower.Id)));
        cluster.Network.Heal();
        await waiting;
        readings.Collect();

        foreach (var outcome in (string[])["ok", "rejected", "version_mismatch"])
            Assert.True(readings.Sum("orleans.replication.raft.proposals", ("member", leader.Id), ("outcome", outcome)) >= 1, outcome);
        Assert.Equal(1, readings.Sum("orleans.replication.raft.proposals", ("member", follower.Id), ("outcome", "busy")));
        var current = cluster.Members.First(member => member.IsLeader);
        var status = current.Group.GetStatus();
        Assert.Equal(status.Term, readings.Last("orleans.replication.raft.term", ("member", current.Id)));
        Assert.Equal(1, readings.Last("orleans.replication.raft.role", ("member", current.Id), ("role", "leader")));
        Assert.Equal(1, readings.Last("orleans.replication.raft.leader.known", ("member", current.Id)));
        Assert.Equal(0, readings.Last("orleans.replication.raft.fault", ("member", current.Id)));
        Assert.True(readings.Last("orleans.replication.raft.log.commit_index", ("member", current.Id)) >= 4);
        Assert.True(readings.Last("orleans.replication.raft.snapshot.index", ("member", leader.Id)) > 0);
        Assert.NotNull(readings.Last("orleans.replication.raft.peer.lag", ("member", current.Id), ("peer", cluster.Members.First(member => member != current).Id)));
        foreach (var part in (string[])["log", "state", "snapshots"])
            Assert.True(readings.Last("orleans.replication.raft.disk.size", ("member", leader.Id), ("part", part)) > 0, part);
        foreach (var measured in (string[])["batch.commands", "batch.size", "round.duration", "flush.duration", "snapshot.duration", "proposal.duration"])
            Assert.True(readings.Count("orleans.replication.raft." + measured, ("member", leader.Id)) > 0, measured);
    }

    [Fact]
    public async Task A_snapshot_on_its_way_is_measured_on_both_sides_part_by_part()
    {
        await using var cluster = await TestCluster.StartAsync(3);
        using var readings = new Readings();
        var behind = cluster.Followers.First();
        await behind.StopAsync();
        for (var i = 0; i < 4; i++)
            await cluster.Leader.Group.ProposeAsync(KeyValueTable.Put("state-" + i, Convert.ToBase64String(RandomNumberGenerator.GetBytes(256 << 10))));
        await TestState.ForgetLogAsync(cluster.Leader);
        await cluster.Leader.Group.ProposeAsync(KeyValueTable.Put("late", "value"));
        await behind.StartAsync();
        Assert.Equal("value", await behind.ReadLinearizableAsync("late"));

        const string Size = "orleans.replication.raft.snapshot.transfer.size";
        var received = readings.Sum(Size, ("member", behind.Id), ("direction", "received"));
        Assert.True(received > 512 << 10, $"{received} bytes were received.");

        // A part counts as sent when it is answered: one whose answer is lost has only been received.
        Assert.InRange(readings.Sum(Size, ("peer", behind.Id), ("direction", "sent")), 512 << 10, received);
        Assert.True(readings.Count(Size, ("member", behind.Id), ("direction", "received")) > 1);
        Assert.Equal(0, readings.Sum(Size, ("member", behind.Id), ("direction", "sent")));
    }

    [Fact]
    public async Task A_proposal_is_traced_from_the_call_to_its_result_as_a_part_of_its_callers_activity()
    {
        var ended = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is "Orleans.Replication.Raft" or "test",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = ended.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        await using var cluster = await TestCluster.StartAsync(3);
        using var source = new ActivitySource("test");
        foreach (var member in (TestMember[])[cluster.Leader, cluster.Followers.First()])
        {
            ActivityTraceId trace;
            using (var call = source.StartActivity("call"))
            {
                trace = call!.TraceId;
                await member.Group.ProposeAsync(KeyValueTable.Put("key", "value"));
            }

            var proposal = Assert.Single(ended, activity => activity.OperationName == "raft.propose" && activity.TraceId == trace);
            Assert.Equal("kv", proposal.GetTagItem("raft.table"));
            var events = proposal.Events.Select(e => e.Name).ToList();
            Assert.Equal("raft.applied", events[^1]);
            Assert.Contains(member.IsLeader ? "raft.appended" : "raft.sent", events);
        }
    }

    /// <summary>Everything that the meter says, by instrument and tags.</summary>
    private sealed class Readings : IDisposable
    {
        private readonly MeterListener _listener = new();
        private readonly ConcurrentQueue<(string Name, double Value, KeyValuePair<string, object?>[] Tags)> _all = new();

        public Readings()
        {
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == "Orleans.Replication.Raft")
                    listener.EnableMeasurementEvents(instrument);
            };
            _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => _all.Enqueue((instrument.Name, value, tags.ToArray())));
            _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => _all.Enqueue((instrument.Name, value, tags.ToArray())));
            _listener.Start();
        }

        public void Collect() => _listener.RecordObservableInstruments();

        public double? Last(string name, params (string Key, string Value)[] tags) => Of(name, tags).Select(reading => (double?)reading).LastOrDefault();

        public double Sum(string name, params (string Key, string Value)[] tags) => Of(name, tags).Sum();

        public int Count(string name, params (string Key, string Value)[] tags) => Of(name, tags).Count();

        public void Dispose() => _listener.Dispose();

        private IEnumerable<double> Of(string name, (string Key, string Value)[] tags) => _all
            .Where(reading => reading.Name == name && tags.All(tag => reading.Tags.Any(t => t.Key == tag.Key && (string?)t.Value == tag.Value)))
            .Select(reading => reading.Value);
    }
}
