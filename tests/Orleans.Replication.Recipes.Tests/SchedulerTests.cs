using Orleans.Replication.Tests.Silos;
using static Orleans.Replication.Recipes.Tests.RecipeSilos;

namespace Orleans.Replication.Recipes.Tests;

public sealed class SchedulerTests(ThreeSilos silos)
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(5);
    private static readonly DateTimeOffset Noon = new(2030, 1, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Every_item_is_claimed_by_one_worker_and_has_one_result()
    {
        var schedulers = silos.OnEach<ISchedulerGrain>("workers");
        for (var i = 0; i < 30; i++)
        {
            Assert.True(await schedulers[i % 3].Schedule($"item{i:00}", $"payload{i}"));
            Assert.False(await schedulers[(i + 1) % 3].Schedule($"item{i:00}", "another"));
        }

        var done = await Task.WhenAll(schedulers.Select((scheduler, worker) => WorkAsync(scheduler, $"worker{worker}")));
        Assert.Equal(Enumerable.Range(0, 30).Select(i => $"item{i:00}"), done.SelectMany(claims => claims).Select(claim => claim.Id).Order(StringComparer.Ordinal));
        for (var i = 0; i < 30; i++)
        {
            var item = (await schedulers[0].Get($"item{i:00}"))!;
            Assert.Equal((WorkStatus.Done, 1, $"done payload{i}"), (item.Status, item.Attempts, item.Outcome));
        }

        Assert.True(await schedulers[0].Remove("item00"));
        Assert.Null(await schedulers[1].Get("item00"));
    }

    [Fact]
    public void An_item_is_claimed_at_its_time_the_one_that_waits_longest_first()
    {
        var state = Schedule(new SchedulerState(), "a", Noon.AddSeconds(20), 1, Noon);
        state = Schedule(state, "b", Noon.AddSeconds(10), 1, Noon);
        state = Schedule(state, "c", Noon.AddSeconds(10), 1, Noon);
        Assert.Null(new ClaimWork("w", Long).Apply(state, At(Noon.AddSeconds(9), 5)).Result);
        foreach (var (id, index) in (ReadOnlySpan<(string, long)>)[("b", 6), ("c", 7), ("a", 8)])
        {
            (state, var claim) = new ClaimWork("w", Long).Apply(state, At(Noon.AddSeconds(30), index));
            Assert.Equal((id, index, 1), (claim!.Id, claim.Token, claim.Attempt));
        }
    }

    [Fact]
    public void At_most_once_an_item_whose_worker_is_lost_fails_and_is_not_claimed_again()
    {
        var state = Schedule(new SchedulerState(), "a", Noon, maxAttempts: 1, Noon);
        (state, var claim) = new ClaimWork("lost", TimeSpan.FromSeconds(10)).Apply(state, At(Noon, 2));
        (state, var none) = new ClaimWork("next", Long).Apply(state, At(Noon.AddSeconds(10), 3));
        Assert.Null(none);
        Assert.Equal((WorkStatus.Failed, 1), (state.Find("a")!.Status, state.Find("a")!.Attempts));
        Assert.False(new CompleteWork("a", claim!.Token, "too late").Apply(state, At(Noon.AddSeconds(11), 4)).Result);
    }

    [Fact]
    public void At_least_once_an_item_whose_worker_is_lost_is_claimed_again_and_the_late_result_is_refused()
    {
        var state = Schedule(new SchedulerState(), "a", Noon, maxAttempts: 2, Noon);
        (state, var slow) = new ClaimWork("slow", TimeSpan.FromSeconds(10)).Apply(state, At(Noon, 2));
        (state, var next) = new ClaimWork("next", Long).Apply(state, At(Noon.AddSeconds(10), 3));
        Assert.True(next!.Token > slow!.Token);
        Assert.Equal(2, next.Attempt);
        Assert.False(new CompleteWork("a", slow.Token, "by slow").Apply(state, At(Noon.AddSeconds(11), 4)).Result);
        (state, var done) = new CompleteWork("a", next.Token, "by next").Apply(state, At(Noon.AddSeconds(11), 5));
        Assert.True(done);
        Assert.Equal((WorkStatus.Done, "by next"), (state.Find("a")!.Status, state.Find("a")!.Outcome));
        Assert.False(new CompleteWork("a", next.Token, "twice").Apply(state, At(Noon.AddSeconds(12), 6)).Result);
    }

    [Fact]
    public void A_failed_attempt_waits_before_the_next_as_long_as_there_is_one()
    {
        var state = Schedule(new SchedulerState(), "a", Noon, maxAttempts: 2, Noon);
        (state, var first) = new ClaimWork("w", Long).Apply(state, At(Noon, 2));
        (state, var failed) = new FailWork("a", first!.Token, "no luck", TimeSpan.FromSeconds(10)).Apply(state, At(Noon, 3));
        Assert.True(failed);
        Assert.Null(new ClaimWork("w", Long).Apply(state, At(Noon.AddSeconds(9), 4)).Result);
        (state, var second) = new ClaimWork("w", Long).Apply(state, At(Noon.AddSeconds(10), 5));
        (state, _) = new FailWork("a", second!.Token, "again no luck", null).Apply(state, At(Noon.AddSeconds(11), 6));
        Assert.Equal((WorkStatus.Failed, "again no luck"), (state.Find("a")!.Status, state.Find("a")!.Outcome));
        Assert.Null(new ClaimWork("w", Long).Apply(state, At(Noon.AddSeconds(12), 7)).Result);
    }

    private static SchedulerState Schedule(SchedulerState state, string id, DateTimeOffset dueAt, int maxAttempts, DateTimeOffset now) =>
        new ScheduleWork(id, "payload", dueAt, maxAttempts).Apply(state, At(now)).State;

    private static async Task<List<WorkClaim>> WorkAsync(ISchedulerGrain scheduler, string worker)
    {
        var done = new List<WorkClaim>();
        while (await scheduler.Claim(worker, Long) is { } claim)
        {
            Assert.True(await scheduler.Complete(claim.Id, claim.Token, $"done {claim.Payload}"));
            done.Add(claim);
        }

        return done;
    }
}
