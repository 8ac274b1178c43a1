using System.Text;
using Orleans.Replication.Raft.Tests.Cluster;

namespace Orleans.Replication.Raft.Tests.Members;

/// <summary>What members say of their code, and what a table can tell by its place in the log and by its records.</summary>
public sealed class MemberVersionsTests
{
    [Fact]
    public async Task Every_member_that_answers_says_the_version_of_its_code()
    {
        var version = 0;
        await using var cluster = await TestCluster.StartAsync(
            3, options => new RaftGroupOptions { Voters = options.Voters, Tables = options.Tables, StateMachineVersion = Interlocked.Increment(ref version) });
        var leader = cluster.Leader;
        var asked = await leader.Group.GetStateMachineVersionsAsync();
        Assert.Equal(0, asked!.ConfigurationIndex);
        Assert.Equal([1, 2, 3], cluster.Ids.Select(id => asked.Members[id] ?? 0).Order());

        var away = cluster.Followers.First();
        await away.StopAsync();
        asked = await leader.Group.GetStateMachineVersionsAsync();
        Assert.Equal(3, asked!.Members.Count);
        Assert.Equal(away.Id, Assert.Single(asked.Members, member => member.Value is null).Key);
    }

    [Fact]
    public async Task Commands_tell_which_members_there_are_alike_on_all_replicas_and_after_a_restart()
    {
        await using var cluster = await TestCluster.StartAsync(1, options => new RaftGroupOptions { Voters = options.Voters, Tables = [new Configurations()] });
        var first = cluster.Members[0];
        await first.Group.ProposeAsync(KeyValueTable.Put("before", ""));
        var joined = await cluster.StartNewMemberAsync(first);
        await first.Group.AddLearnerAsync(TestMember.Peer(joined.Id));
        await first.Group.ProposeAsync(KeyValueTable.Put("with a learner", ""));
        var asked = await first.Group.GetStateMachineVersionsAsync();
        Assert.Equal([first.Id, joined.Id], asked!.Members.Keys.Order());
        Assert.True(asked.ConfigurationIndex > 0);
        Assert.Equal("0", first.Read("before"));
        Assert.Equal($"{asked.ConfigurationIndex}", first.Read("with a learner"));
        await Eventually.TrueAsync("the learner to have it", () => joined.Read("with a learner") is not null);
        Assert.Equal((first.Read("before"), first.Read("with a learner")), (joined.Read("before"), joined.Read("with a learner")));

        await first.Group.RemoveAsync(joined.Id);
        await first.Group.ProposeAsync(KeyValueTable.Put("alone", ""));
        Assert.NotEqual(asked.ConfigurationIndex, long.Parse(first.Read("alone")!, null));
        var again = await first.Group.GetStateMachineVersionsAsync();
        await first.StopAsync();
        await first.StartAsync();
        await cluster.WaitForLeaderAsync(member => member == first);
        await first.Group.ProposeAsync(KeyValueTable.Put("restarted", ""));
        Assert.Equal($"{again!.ConfigurationIndex}", first.Read("restarted"));
        Assert.Equal(first.Read("alone"), first.Read("restarted"));
    }

    [Fact]
    public async Task A_table_that_cannot_work_with_the_records_of_a_snapshot_takes_its_replica_out_of_service()
    {
        var isPicky = false;
        await using var cluster = await TestCluster.StartAsync(
            1, options => new RaftGroupOptions { Voters = options.Voters, Tables = [new Picky(isPicky)], SnapshotEntries = 100 });
        var first = cluster.Members[0];
        await first.Group.ProposeAsync(KeyValueTable.Put("too new", ""));
        await first.ForgetLogAsync();
        isPicky = true;
        var joined = await cluster.StartNewMemberAsync(first);
        await first.Group.AddLearnerAsync(TestMember.Peer(joined.Id));
        await Eventually.TrueAsync("the replica is out of service", () => joined.Group.GetStatus().Fault is not null);
        Assert.Contains("too new", joined.Group.GetStatus().Fault, StringComparison.Ordinal);
        var asked = await first.Group.GetStateMachineVersionsAsync();
        Assert.Null(asked!.Members[joined.Id]);
    }

    /// <summary>Keeps, under each key, who the members were.</summary>
    private sealed class Configurations : IReplicatedTable
    {
        public string Name => "kv";

        public CommandOutcome Apply(in CommandContext context, IStateTransaction state)
        {
            state.Put(context.Key, Encoding.UTF8.GetBytes($"{context.ConfigurationIndex}"));
            return CommandOutcome.Ok();
        }

        public void Reset()
        {
        }
    }

    /// <summary>Refuses to work with a record, when it is to.</summary>
    private sealed class Picky(bool isPicky) : IReplicatedTable
    {
        private readonly KeyValueTable _table = new();

        public string Name => _table.Name;

        public CommandOutcome Apply(in CommandContext context, IStateTransaction state) => _table.Apply(context, state);

        public void Reset() => _table.Reset();

        public void Load(IStateReader state)
        {
            if (isPicky && state.TryGet("too new"u8, out _))
                throw new NotSupportedException("too new");
        }
    }
}
