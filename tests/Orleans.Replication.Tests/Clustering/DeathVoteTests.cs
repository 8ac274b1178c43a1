using System.Net;
using System.Net.Sockets;
using Orleans.Configuration;
using Orleans.Replication.Clustering.Losses;
using Orleans.Replication.Clustering.Provider;
using Orleans.Replication.Tests.Groups;
using Orleans.Runtime;

namespace Orleans.Replication.Tests.Clustering;

/// <summary>The votes count as the runtime counts its own: it stops a silo that finds enough of them on a row that is not dead.</summary>
public sealed class DeathVoteTests(GroupOfOne group) : IClassFixture<GroupOfOne>
{
    private readonly string _cluster = $"cluster-{Guid.NewGuid():N}";
    private readonly ClusterMembershipOptions _options = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 1)] // One that is left cannot find a second vote.
    [InlineData(3, 2)]
    [InlineData(7, 2)]
    public async Task As_many_votes_decide_as_the_active_ones_allow_and_the_last_is_not_written_down(int active, int needed)
    {
        await InsertAsync(active);
        for (var vote = 1; vote <= needed; vote++)
            Assert.Equal(vote == needed ? DeathVoteOutcome.Decisive : DeathVoteOutcome.Cast, await VoteAsync(voter: vote));
        var row = await RowAsync();
        Assert.Equal((SiloStatus.Active, needed - 1), (row.Status, row.SuspectTimes?.Count ?? 0));
    }

    [Fact]
    public async Task The_same_silo_votes_once_and_an_old_vote_no_longer_counts()
    {
        await InsertAsync(3);
        Assert.Equal(DeathVoteOutcome.Cast, await VoteAsync(1));
        Assert.Equal(DeathVoteOutcome.Cast, await VoteAsync(1));
        Assert.Single((await RowAsync()).SuspectTimes!);
        _options.DeathVoteExpirationTimeout = TimeSpan.Zero;
        Assert.Equal(DeathVoteOutcome.Cast, await VoteAsync(2));
        Assert.Equal(Silo(2), Assert.Single((await RowAsync()).SuspectTimes!).Item1);
    }

    [Fact]
    public async Task Silos_of_which_nothing_was_heard_for_long_are_none_that_could_vote()
    {
        await InsertAsync(3, DateTime.UtcNow - (_options.IAmAliveTablePublishTimeout * (_options.NumMissedTableIAmAliveLimit + 1)));
        Assert.Equal(DeathVoteOutcome.Decisive, await VoteAsync(1));
    }

    [Fact]
    public async Task Votes_of_many_at_once_are_all_counted_and_those_beyond_what_is_needed_decide()
    {
        _options.NumVotesForDeathDeclaration = 8;
        await InsertAsync(16);
        var outcomes = await Task.WhenAll(Enumerable.Range(1, 10).Select(VoteAsync));
        Assert.Equal(7, outcomes.Count(outcome => outcome == DeathVoteOutcome.Cast));
        Assert.Equal(3, outcomes.Count(outcome => outcome == DeathVoteOutcome.Decisive));
        Assert.Equal(7, (await RowAsync()).SuspectTimes!.Count);
    }

    [Theory]
    [InlineData(SiloStatus.Joining)]
    [InlineData(SiloStatus.ShuttingDown)]
    [InlineData(SiloStatus.Dead)]
    public async Task A_silo_that_is_not_active_is_left_alone(SiloStatus status)
    {
        await InsertAsync(Silo(0), status, DateTime.UtcNow);
        var before = (await Table().ReadAllAsync()).ToString();
        Assert.Equal(DeathVoteOutcome.NotNeeded, await VoteAsync(1));
        Assert.Equal(before, (await Table().ReadAllAsync()).ToString());
    }

    [Fact]
    public async Task A_silo_that_is_not_in_the_table_is_left_alone() => Assert.Equal(DeathVoteOutcome.NotNeeded, await VoteAsync(1));

    [Fact]
    public async Task Only_an_endpoint_at_which_nobody_listens_refuses()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var endPoint = (IPEndPoint)listener.LocalEndpoint;
        Assert.False(await ClosedEndPoint.RefusesAsync(endPoint, TimeProvider.System, Cancelled));
        listener.Stop();
        Assert.True(await ClosedEndPoint.RefusesAsync(endPoint, TimeProvider.System, Cancelled));
    }

    private static SiloAddress Silo(int number) => SiloAddress.New(IPAddress.Loopback, 11111 + number, 1);

    private RaftMembershipTable Table() => group.Member.CreateMembershipTable(_cluster);

    private Task<DeathVoteOutcome> VoteAsync(int voter) => DeathVote.CastAsync(Table(), Silo(0), Silo(voter), _options, TimeProvider.System, Cancelled);

    private async Task<MembershipEntry> RowAsync() => (await Table().ReadAllAsync()).TryGet(Silo(0))!.Item1;

    private async Task InsertAsync(int active, DateTime? alive = null)
    {
        for (var i = 0; i < active; i++)
            await InsertAsync(Silo(i), SiloStatus.Active, alive ?? DateTime.UtcNow);
    }

    private async Task InsertAsync(SiloAddress silo, SiloStatus status, DateTime alive)
    {
        var entry = new MembershipEntry { SiloAddress = silo, Status = status, SiloName = "silo", HostName = "host", StartTime = alive, IAmAliveTime = alive };
        Assert.True(await Table().InsertRowAsync(entry, (await Table().ReadAllAsync()).Version.Next()));
    }
}
