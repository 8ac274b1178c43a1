using System.Net;
using Orleans.Replication.Clustering.Provider;
using Orleans.Replication.Tests.Groups;
using Orleans.Runtime;

namespace Orleans.Replication.Tests.Clustering;

public sealed class EarlierLivesTests(GroupOfOne group) : IClassFixture<GroupOfOne>
{
    private readonly string _cluster = $"cluster-{Guid.NewGuid():N}";

    [Fact]
    public async Task Silos_that_were_killed_and_start_again_at_the_same_moment_find_none_of_their_earlier_lives_active()
    {
        const int Silos = 8;
        for (var i = 0; i < Silos; i++)
            await InsertAsync(Silo(i, generation: 1), SiloStatus.Active);

        await Task.WhenAll(Enumerable.Range(0, Silos).Select(i => InitializeAsync(Silo(i, generation: 2))));

        var rows = (await Table().ReadAllAsync()).Members.Select(row => row.Item1).ToArray();
        Assert.Equal(Silos, rows.Length);
        Assert.All(rows, row => Assert.Equal(SiloStatus.Dead, row.Status));
        Assert.All(rows, row => Assert.Equal(SiloAddress.New(row.SiloAddress.Endpoint, 2), Assert.Single(row.SuspectTimes ?? []).Item1));
    }

    [Theory]
    [InlineData(1, 3, SiloStatus.Active)] // The newer life is the runtime's affair: this silo is the one that has to go.
    [InlineData(2, 1, SiloStatus.Active)]
    [InlineData(1, 2, SiloStatus.Active)]
    [InlineData(1, 1, SiloStatus.Dead)]
    public async Task Every_other_row_is_left_as_it_is(int silo, int generation, SiloStatus status)
    {
        await InsertAsync(Silo(silo, generation), status);
        var before = await Table().ReadAllAsync();
        await InitializeAsync(Silo(1, generation: 2));
        Assert.Equal(before.ToString(), (await Table().ReadAllAsync()).ToString());
    }

    private static SiloAddress Silo(int number, int generation) => SiloAddress.New(IPAddress.Loopback, 11111 + number, generation);

    private RaftMembershipTable Table(SiloAddress? self = null) => group.Member.CreateMembershipTable(_cluster, self: self);

    private Task InitializeAsync(SiloAddress self) => Table(self).InitializeMembershipTableAsync(true, TestContext.Current.CancellationToken);

    private async Task InsertAsync(SiloAddress silo, SiloStatus status)
    {
        var entry = new MembershipEntry { SiloAddress = silo, Status = status, SiloName = "silo", HostName = "host" };
        Assert.True(await Table().InsertRowAsync(entry, (await Table().ReadAllAsync()).Version.Next()));
    }
}
