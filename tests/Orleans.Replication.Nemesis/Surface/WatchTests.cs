using System.Net;
using System.Net.ServerSentEvents;
using System.Text;
using Orleans.Replication.Nemesis.Crashes;
using Orleans.Replication.Nemesis.Http;
using Orleans.Replication.Nemesis.Processes;

namespace Orleans.Replication.Nemesis.Surface;

/// <summary><c>/watch</c> of samples/KeyValue.</summary>
[Collection(CrashCollection.Name)]
public sealed class WatchTests(CrashFixture fixture) : IAsyncLifetime
{
    private readonly string _key = Guid.NewGuid().ToString("N");

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await fixture.Cluster.HealAsync(Cancelled);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Every_change_is_one_event_also_after_the_silo_was_killed_and_on_another_silo()
    {
        var (first, second, third) = (fixture.Cluster.Silos[0], fixture.Cluster.Silos[1], fixture.Cluster.Silos[2]);
        await PutAsync(first, "a");
        await PutAsync(second, "b");
        var seen = await WatchAsync(third, "?from=0", 2);

        await PutAsync(third, "c");
        third.Kill();
        await PutAsync(first, "d");
        seen.AddRange(await WatchAsync(second, $"?from={seen[^1].Version}", 1));
        await fixture.Cluster.HealAsync(Cancelled);
        seen.AddRange(await WatchAsync(third, $"?from={seen[^1].Version}", 1));

        Assert.Equal(["a", "b", "c", "d"], seen.Select(change => change.Value));
        Assert.Equal(seen.Select(change => change.Version).Distinct().Order(), seen.Select(change => change.Version));
        Assert.Equal(seen, await WatchAsync(third, "?from=0", 4));
    }

    [Fact]
    public async Task A_watch_gets_changes_as_they_happen_and_a_deletion_has_a_type_of_its_own()
    {
        var silo = fixture.Cluster.Silos[0];
        await PutAsync(silo, "a");
        var watching = WatchAsync(silo, "?from=0", 3);
        Assert.Equal(CallOutcome.Acknowledged, (await silo.Client.DeleteAsync(_key, Cancelled)).Outcome);
        await PutAsync(silo, "b");

        Assert.Equal([("message", "a"), ("deleted", ""), ("message", "b")], (await watching).Select(change => (change.Type, change.Value)));
    }

    [Fact]
    public async Task A_version_that_is_no_number_is_refused()
    {
        using var http = new HttpClient();
        foreach (var query in (string[])["?from=x", "?from=-1", "?from=1.5"])
            Assert.Equal(HttpStatusCode.BadRequest, (await http.GetAsync(Address(fixture.Cluster.Silos[0], query), Cancelled)).StatusCode);
    }

    private async Task PutAsync(KeyValueSilo silo, string value) => await Eventually.HoldsAsync(
        async token => (await silo.Client.PutAsync(_key, Encoding.ASCII.GetBytes(value), token)).Outcome == CallOutcome.Acknowledged,
        $"{silo} to take a write",
        Cancelled);

    private async Task<List<Change>> WatchAsync(KeyValueSilo silo, string query, int count)
    {
        using var http = new HttpClient();
        await using var body = await http.GetStreamAsync(Address(silo, query), Cancelled);
        var changes = new List<Change>();
        await foreach (var item in SseParser.Create(body).EnumerateAsync(Cancelled))
        {
            var version = long.Parse(item.EventId!, System.Globalization.CultureInfo.InvariantCulture);
            changes.Add(new Change(version, item.EventType, Encoding.ASCII.GetString(Convert.FromBase64String(item.Data))));
            if (changes.Count == count)
                break;
        }

        return changes;
    }

    private Uri Address(KeyValueSilo silo, string query) => new($"http://127.0.0.1:{silo.HttpPort}/watch/{_key}{query}");

    private sealed record Change(long Version, string Type, string Value);
}
