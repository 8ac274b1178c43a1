using Orleans.Hosting;
using Orleans.Replication.Tests.Clustering;
using Orleans.Replication.Tests.Silos;

namespace Orleans.Replication.Tests.Reminders;

/// <summary>Orleans' reminder service on the table.</summary>
public sealed class RemindersInSilosTests
{
    private static readonly TimeSpan Often = TimeSpan.FromMilliseconds(200);

    [Fact]
    public async Task A_reminder_fires_until_it_is_removed_and_removal_leaves_no_row()
    {
        await using var cluster = await SiloCluster.CreateAsync(1, WithReminders);
        var clock = cluster.Grains(0).GetGrain<IClockGrain>("1");
        await clock.SetAsync(Often);
        await Wait.UntilAsync("the reminder has fired three times", async () => (await clock.GetAsync()).Ticks >= 3);
        await clock.UnsetAsync();
        Assert.Empty((await cluster.Reminders(0).ReadRows(0, 0)).Reminders);
    }

    [Fact]
    public async Task Reminders_of_a_silo_that_stops_fire_on_the_others()
    {
        await using var cluster = await SiloCluster.CreateAsync(3, WithReminders);
        var clocks = Enumerable.Range(0, 12).Select(i => cluster.Grains(0).GetGrain<IClockGrain>($"{i}")).ToArray();
        await Task.WhenAll(clocks.Select(clock => clock.SetAsync(Often)));
        await cluster.StopAsync(2);
        var before = (await Task.WhenAll(clocks.Select(clock => clock.GetAsync()))).Select(answer => answer.Ticks).ToArray();
        for (var i = 0; i < clocks.Length; i++)
        {
            var (clock, ticks) = (clocks[i], before[i]);
            await Wait.UntilAsync($"clock {i} has fired on", async () => (await clock.GetAsync()).Ticks > ticks);
        }
    }

    [Fact]
    public async Task A_reminder_that_came_due_for_the_first_time_while_the_cluster_was_down_fires_when_it_is_up()
    {
        await using var cluster = await SiloCluster.CreateAsync(1, WithReminders);
        var start = DateTime.UtcNow.AddSeconds(2);
        await cluster.Reminders(0).UpsertRow(new()
        {
            GrainId = Grain(cluster).GetGrainId(),
            ReminderName = "late",
            StartAt = start,
            Period = Often,
        });
        await cluster.StopAsync(0);
        await Wait.UntilAsync("the reminder is due", () => Task.FromResult(DateTime.UtcNow > start));
        await cluster.StartAsync(0);
        await Wait.UntilAsync("the reminder has fired after the restart", async () => (await Grain(cluster).GetAsync()).Ticks > 0);
    }

    [Fact]
    public async Task A_reminder_that_was_due_while_the_cluster_was_down_fires_when_it_is_up()
    {
        await using var cluster = await SiloCluster.CreateAsync(1, WithReminders);
        await cluster.Grains(0).GetGrain<IClockGrain>("1").SetAsync(Often);
        await cluster.StopAsync(0);
        await cluster.StartAsync(0);

        // Only the reminder activates the grain's count: a call alone leaves it at zero.
        var clock = cluster.Grains(0).GetGrain<IClockGrain>("1");
        await Wait.UntilAsync("the reminder has fired after the restart", async () => (await clock.GetAsync()).Ticks > 0);
    }

    private static IClockGrain Grain(SiloCluster cluster) => cluster.Grains(0).GetGrain<IClockGrain>("late");

    private static void WithReminders(ISiloBuilder silo) => silo
        .UseRaftReminderService()
        .Configure<ReminderOptions>(options => options.MinimumReminderPeriod = Often);
}
