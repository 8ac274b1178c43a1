using Orleans.Replication.Raft;
using Orleans.Replication.Raft.Tests.Cluster;

namespace Orleans.Replication.Nemesis.Stress;

/// <summary>What can happen to a group in one process. Each fault lasts for a number of calls, so that a slow machine is only slower.</summary>
internal sealed class GroupFaults(TestCluster cluster, Random random)
{
    private IReadOnlyList<(string Name, Func<Func<Task>, Task> Run)> All =>
    [
        ("isolate a member", IsolateAsync),
        ("isolate the leader", IsolateLeaderAsync),
        ("cut one link", CutAsync),
        ("hang a member", HangAsync),
        ("hang the leader", HangLeaderAsync),
        ("restart a member", RestartAsync),
        ("restart all", RestartAllAsync),
        ("wipe a follower", WipeAsync),
        ("hand leadership over", TransferAsync),
    ];

    /// <summary>All faults, each once, in an order of chance.</summary>
    public IReadOnlyList<(string Name, Func<Func<Task>, Task> Run)> InRandomOrder()
    {
        var faults = All.ToArray();
        random.Shuffle(faults);
        return faults;
    }

    private TestMember Any() => cluster.Members[random.Next(cluster.Members.Count)];

    private Task IsolateAsync(Func<Task> last) => IsolateAsync(Any(), last);

    private async Task IsolateLeaderAsync(Func<Task> last) => await IsolateAsync(await cluster.WaitForLeaderAsync(), last);

    private async Task IsolateAsync(TestMember member, Func<Task> last)
    {
        cluster.Network.Isolate(member.Id, cluster.Ids);
        await last();
        cluster.Network.Heal();
    }

    private async Task CutAsync(Func<Task> last)
    {
        var one = Any();
        cluster.Network.Cut(one.Id, cluster.Ids.First(id => id != one.Id));
        await last();
        cluster.Network.Heal();
    }

    private Task HangAsync(Func<Task> last) => HangAsync(Any(), last);

    private async Task HangLeaderAsync(Func<Task> last) => await HangAsync(await cluster.WaitForLeaderAsync(), last);

    private async Task HangAsync(TestMember member, Func<Task> last)
    {
        cluster.Network.Hang(member.Id);
        await last();
        cluster.Network.Resume();
    }

    private async Task RestartAsync(Func<Task> last)
    {
        var member = Any();
        await member.StopAsync();
        await last();
        await member.StartAsync();
    }

    private async Task RestartAllAsync(Func<Task> last)
    {
        await Task.WhenAll(cluster.Members.Select(member => member.StopAsync()));
        await Task.WhenAll(cluster.Members.Select(member => member.StartAsync()));
        await last();
    }

    private async Task WipeAsync(Func<Task> last)
    {
        var leader = await cluster.WaitForLeaderAsync();
        var member = cluster.Members.First(member => member != leader);
        await member.StopAsync();
        member.Wipe();
        await member.StartAsync();
        await last();

        // The next fault takes another disk away from the majority that has everything: not before this one is part of it again.
        await Eventually.TrueAsync("the wiped member's admission", () => member.Group.GetStatus().Role is RaftRole.Follower or RaftRole.Leader);
    }

    private async Task TransferAsync(Func<Task> last)
    {
        try
        {
            await Any().Group.TransferLeadershipAsync();
        }
        catch (GroupUnavailableException)
        {
            // Somebody else was faster: leadership moves anyway.
        }

        await last();
    }
}
