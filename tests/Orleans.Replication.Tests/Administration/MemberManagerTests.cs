using Microsoft.Extensions.DependencyInjection;
using Orleans.Hosting;
using Orleans.Replication.Raft;
using Orleans.Replication.Tests.Silos;

namespace Orleans.Replication.Tests.Administration;

/// <summary>The members of a group, changed from the process of one of its silos.</summary>
public sealed class MemberManagerTests(ThreeSilos silos) : IClassFixture<ThreeSilos>
{
    private const string Group = ReplicationGroups.Default;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private IReplicationManager Manager(int silo) => silos[silo].Services.GetRequiredService<IReplicationManager>();

    [Fact]
    public async Task A_silo_is_added_as_a_learner_promoted_demoted_moved_and_removed_by_any_other()
    {
        using var folder = new TestFolder();
        var ports = FreePorts.Take(2);
        var address = ThreeSilos.MakePeer(folder.Sub("fourth"), ports[0]);
        var fourth = address[(address.LastIndexOf('/') + 1)..];
        await using var joining = TestSilo.Create(silo => silo.UseRaftClustering().AddRaftReplication(options =>
        {
            options.DataDirectory = folder.Sub("fourth");
            options.ListenAddresses.Add($"/ip4/127.0.0.1/tcp/{ports[0]}");
            foreach (var member in silos.All)
                options.JoinAddresses.Add(member.Replication.GetAddresses(member.Replication.PeerId)[0]);
        }));
        var starting = joining.StartAsync();

        await Manager(0).AddLearnerAsync(Group, address, Cancelled);
        await RequireRoleAsync(fourth, RaftMemberRole.Learner);
        await starting;
        await Manager(1).AddVoterAsync(Group, address, Cancelled);
        await RequireRoleAsync(fourth, RaftMemberRole.Voter);
        await Manager(2).DemoteMemberAsync(Group, fourth, Cancelled);
        await RequireRoleAsync(fourth, RaftMemberRole.Learner);
        await Wait.UntilAsync("the learner is promoted", async () =>
        {
            try
            {
                await Manager(0).PromoteMemberAsync(Group, fourth, Cancelled);
                return true;
            }
            catch (MembershipChangeException refusal) when (refusal.Reason is MembershipChangeRefusal.Lagging)
            {
                return false;
            }
        });
        await RequireRoleAsync(fourth, RaftMemberRole.Voter);

        // A second way to the same silo, as the group keeps it from now on.
        var elsewhere = $"{address},/dns4/localhost/tcp/{ports[0]}/p2p/{fourth}";
        await Manager(1).MoveMemberAsync(Group, elsewhere, Cancelled);
        await Wait.UntilAsync("all know the new address", () => Task.FromResult(silos.All.All(silo => silo.Replication.GetAddresses(fourth).Count == 2)));

        // The one that is removed may be the one that is asked.
        await joining.Services.GetRequiredService<IReplicationManager>().RemoveMemberAsync(Group, fourth, Cancelled);
        await Wait.UntilAsync("three are left", () => Task.FromResult(silos.All.All(silo => silo.Group.GetStatus().Members.Count == 3)));
        await Manager(0).RemoveMemberAsync(Group, fourth, Cancelled);
    }

    [Fact]
    public async Task What_the_group_refuses_says_why_and_changes_nothing()
    {
        var known = silos[0].Replication.GetAddresses(silos[0].Replication.PeerId)[0];
        using var folder = new TestFolder();
        var stranger = ThreeSilos.MakePeer(folder.Sub("stranger"), 1);
        var nobody = stranger[(stranger.LastIndexOf('/') + 1)..];
        var before = Manager(0).GetStatus(Group).Members.Select(member => (member.Id, member.Role));

        await Assert.ThrowsAsync<ArgumentException>(() => Manager(0).AddVoterAsync(Group, "10.0.0.2:4001", Cancelled));
        await Assert.ThrowsAsync<ArgumentException>(() => Manager(0).MoveMemberAsync(Group, "/ip4/127.0.0.1/tcp/1", Cancelled));
        await Assert.ThrowsAsync<ArgumentException>(() => Manager(0).RemoveMemberAsync(Group, "", Cancelled));
        await Assert.ThrowsAsync<ReplicationConfigurationException>(() => Manager(0).AddLearnerAsync("other", stranger, Cancelled));
        Assert.Equal(MembershipChangeRefusal.MemberAlready, await RefusalAsync(() => Manager(1).AddLearnerAsync(Group, known, Cancelled)));
        Assert.Equal(MembershipChangeRefusal.NoMember, await RefusalAsync(() => Manager(1).PromoteMemberAsync(Group, nobody, Cancelled)));
        Assert.Equal(MembershipChangeRefusal.NoMember, await RefusalAsync(() => Manager(2).DemoteMemberAsync(Group, nobody, Cancelled)));
        Assert.Equal(before, Manager(0).GetStatus(Group).Members.Select(member => (member.Id, member.Role)));
    }

    private static async Task<MembershipChangeRefusal> RefusalAsync(Func<Task> change) => (await Assert.ThrowsAsync<MembershipChangeException>(change)).Reason;

    private Task RequireRoleAsync(string member, RaftMemberRole role) =>
        Wait.UntilAsync($"all know the new silo as {role}", () => Task.FromResult(silos.All.All(silo => silo.Group.GetStatus().Members.Any(m => m.Id == member && m.Role == role))));
}
