using Orleans.Replication.Tests.Silos;

namespace Orleans.Replication.Recipes.Tests;

public sealed class ElectionTests(ThreeSilos silos)
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(5);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task All_candidates_hear_of_the_same_leader()
    {
        var elections = silos.OnEach<IElectionGrain>("campaign");
        Assert.Equal(default, await elections[0].Get());
        var answers = await Task.WhenAll(elections.Select((election, i) => election.Campaign($"candidate{i}", Long).AsTask()));
        var leader = Assert.Single(answers.Distinct());
        foreach (var election in elections)
            Assert.Equal(leader, await election.Get());
        Assert.Equal(leader.Term, (await elections[0].Campaign(leader.Leader!, Long)).Term);
        Assert.True(await elections[1].Renew(leader.Leader!, leader.Term, Long));
        Assert.False(await elections[1].Renew("another", leader.Term, Long));
    }

    [Fact]
    public async Task Observers_on_all_silos_see_the_same_terms_which_strictly_grow()
    {
        var elections = silos.OnEach<IElectionGrain>("observe");
        var observers = elections.Select(election => ObserveAsync(election, untilLeader: "last")).ToList();
        var terms = new List<long>();
        for (var i = 0; i < 5; i++)
        {
            var leader = await elections[i % 3].Campaign($"candidate{i}", Long);
            Assert.Equal($"candidate{i}", leader.Leader);
            Assert.True(await elections[(i + 1) % 3].Renew(leader.Leader!, leader.Term, Long));
            Assert.True(await elections[(i + 2) % 3].Resign(leader.Leader!, leader.Term));
            terms.Add(leader.Term);
        }

        terms.Add((await elections[0].Campaign("last", Long)).Term);
        Assert.Equal(terms.Order().Distinct(), terms);
        foreach (var observed in await Task.WhenAll(observers))
        {
            // An observer begins when it is served, so it may have missed the first; then it misses nothing.
            var seen = observed.Where(leadership => leadership.Leader is not null).Select(leadership => leadership.Term).ToList();
            Assert.Equal(terms.TakeLast(seen.Count), seen);
            Assert.All(observed.Zip(observed.Skip(1)), pair => Assert.NotEqual(pair.First.Term, pair.Second.Term));
        }
    }

    [Fact]
    public async Task A_leader_whose_lease_is_over_is_followed_by_a_greater_term_and_cannot_renew()
    {
        var elections = silos.OnEach<IElectionGrain>("expired");
        var first = await elections[0].Campaign("first", TimeSpan.FromMilliseconds(100));
        Assert.Equal("first", first.Leader);
        var second = default(Leadership);
        await Wait.UntilAsync("another is elected", async () => (second = await elections[1].Campaign("second", Long)).Leader == "second");
        Assert.True(second.Term > first.Term);
        Assert.False(await elections[0].Renew("first", first.Term, Long));
        Assert.False(await elections[0].Resign("first", first.Term));
        Assert.Equal(second.Term, (await elections[0].Campaign("first", Long)).Term);
    }

    private static async Task<List<Leadership>> ObserveAsync(IElectionGrain election, string untilLeader)
    {
        var seen = new List<Leadership>();
        await foreach (var leadership in election.Observe(Cancelled))
        {
            seen.Add(leadership);
            if (leadership.Leader == untilLeader)
                break;
        }

        return seen;
    }
}
