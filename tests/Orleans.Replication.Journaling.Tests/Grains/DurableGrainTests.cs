using System.Text.Json.Serialization.Metadata;
using Orleans.Journaling;
using Orleans.Journaling.Json;
using Orleans.Replication.Journaling.Records;
using Orleans.Replication.Tests.Silos;
using Orleans.Runtime;
using Orleans.Runtime.Placement;

namespace Orleans.Replication.Journaling.Tests.Grains;

/// <summary>Orleans' durable grains on the provider.</summary>
public sealed class DurableGrainTests
{
    [Fact]
    public async Task What_was_written_survives_the_activation_and_the_silo()
    {
        using var folder = new TestFolder();
        await using (var silo = await StartAsync(folder.Path))
        {
            var notebook = Notebook(silo);
            await notebook.PutAsync("a", "1");
            await notebook.PutAsync("б", "два");
            await notebook.RemoveAsync("a");
            var activation = await notebook.ActivationAsync();
            await notebook.DeactivateAsync();
            await Wait.UntilAsync("another activation answers", async () => await notebook.ActivationAsync() != activation);
            Assert.Equal(("б=два", 3), await notebook.LookAsync());
        }

        await using var restarted = await StartAsync(folder.Path);
        Assert.Equal(("б=два", 3), await Notebook(restarted).LookAsync());
        Assert.Equal(4, await Notebook(restarted).PutAsync("c", "3"));
        Assert.Equal(("c=3 б=два", 4), await Notebook(restarted).LookAsync());
    }

    [Fact]
    public async Task A_journal_that_grew_is_replaced_by_a_snapshot_and_is_read_all_the_same()
    {
        using var folder = new TestFolder();
        await using (var silo = await StartAsync(folder.Path, ("Orleans:Journaling:Default:CompactionThresholdBytes", "500")))
        {
            for (var i = 0; i < 60; i++)
                await Notebook(silo).PutAsync("key", $"{i}");
            using var snapshot = silo.Group.OpenSnapshot(JournalSegmentTable.TableName);
            Assert.InRange(snapshot.Scan(ReadOnlyMemory<byte>.Empty).Count(), 1, 30);
        }

        await using var restarted = await StartAsync(folder.Path);
        Assert.Equal(("key=59", 60), await Notebook(restarted).LookAsync());
    }

    [Fact]
    public async Task A_silo_without_a_replica_has_it_from_configuration_alone_and_keeps_its_journals_on_the_others()
    {
        const string Token = "what clients and silos share";
        using var folder = new TestFolder();
        await using var silo = await StartAsync(folder.Path, ("Orleans:Replication:AccessToken", Token));
        await using (var remote = Create(("Orleans:Replication:Seeds:0", silo.Replication.GetAddresses(silo.Replication.PeerId)[0]), ("Orleans:Replication:AccessToken", Token)))
        {
            await remote.StartAsync();
            RequestContext.Set(IPlacementDirector.PlacementHintKey, remote.Address);
            Assert.Equal(1, await Notebook(remote).PutAsync("a", "1"));
            RequestContext.Clear();
            Assert.Equal(remote.Address, await remote.Grains.GetGrain<IManagementGrain>(0).GetActivationAddress(Notebook(remote)));
            Assert.Equal(2, await Notebook(remote).PutAsync("б", "два"));
            Assert.Equal(("a=1 б=два", 2), await Notebook(silo).LookAsync());
        }

        // It lives on where the replica is.
        Assert.Equal(("a=1 б=два", 2), await Notebook(silo).LookAsync());
    }

    [Fact]
    public async Task Options_that_cannot_work_are_refused_before_the_start()
    {
        using var folder = new TestFolder();
        var error = await Assert.ThrowsAsync<OrleansConfigurationException>(() => StartAsync(folder.Path, ("Orleans:Journaling:Default:CompactionThresholdBytes", "0")));
        Assert.Contains("CompactionThresholdBytes", error.Message, StringComparison.Ordinal);
        error = await Assert.ThrowsAsync<OrleansConfigurationException>(() => StartAsync(folder.Path, ("Orleans:Journaling:Default:Group", "none")));
        Assert.Contains("'none'", error.Message, StringComparison.Ordinal);
    }

    private static INotebookGrain Notebook(TestSilo silo) => silo.Grains.GetGrain<INotebookGrain>("Ада/1");

    /// <summary>Starts a silo that has its providers from configuration, and a replica.</summary>
    private static async Task<TestSilo> StartAsync(string folder, params (string Key, string Value)[] settings)
    {
        var silo = Create([("Orleans:Replication:DataDirectory", folder), .. settings]);
        await silo.StartAsync();
        return silo;
    }

    private static TestSilo Create(params (string Key, string Value)[] settings) => TestSilo.Create(
        silo => silo.AddJournaling().UseJsonJournalFormat(new DefaultJsonTypeInfoResolver()),
        [("Orleans:Clustering:ProviderType", "Raft"), ("Orleans:Journaling:Default:ProviderType", "Raft"), .. settings]);
}
