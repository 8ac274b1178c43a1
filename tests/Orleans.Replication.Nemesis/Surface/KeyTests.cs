using System.Net;
using System.Text;
using Orleans.Replication.Nemesis.Crashes;
using Orleans.Replication.Nemesis.Processes;

namespace Orleans.Replication.Nemesis.Surface;

/// <summary>The HTTP surface of samples/KeyValue, which load and fault tools rely on.</summary>
[Collection(CrashCollection.Name)]
public sealed class KeyTests(CrashFixture fixture) : IAsyncLifetime
{
    private readonly string _key = Guid.NewGuid().ToString("N");

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private string Path => $"/kv/{_key}";

    public async ValueTask InitializeAsync() => await fixture.Cluster.HealAsync(Cancelled);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task A_value_put_at_one_silo_is_read_at_every_silo_with_the_same_etag()
    {
        var put = await SendAsync(HttpMethod.Put, "hello");
        foreach (var silo in fixture.Cluster.Silos)
        {
            var got = await SendAsync(HttpMethod.Get, silo: silo);
            Assert.Equal((HttpStatusCode.OK, "hello", put.ETag), got);
        }
    }

    [Fact]
    public async Task Versions_strictly_increase_also_across_deletion()
    {
        var first = await SendAsync(HttpMethod.Put, "a");
        var second = await SendAsync(HttpMethod.Put, "b");
        await SendAsync(HttpMethod.Delete);
        var third = await SendAsync(HttpMethod.Put, "c");
        long[] versions = [Version(first.ETag), Version(second.ETag), Version(third.ETag)];
        Assert.Equal(versions.Distinct().Order(), versions);
    }

    [Fact]
    public async Task If_match_writes_only_over_the_version_it_names()
    {
        var first = await SendAsync(HttpMethod.Put, "a");
        var second = await SendAsync(HttpMethod.Put, "b", ifMatch: first.ETag);
        Assert.Equal(HttpStatusCode.OK, second.Status);
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await SendAsync(HttpMethod.Put, "c", ifMatch: first.ETag)).Status);
        Assert.Equal("b", (await SendAsync(HttpMethod.Get)).Body);
    }

    [Fact]
    public async Task If_match_never_creates_a_key()
    {
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await SendAsync(HttpMethod.Put, "a", ifMatch: "\"0\"")).Status);
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await SendAsync(HttpMethod.Put, "a", ifMatch: "\"7\"")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync(HttpMethod.Get)).Status);
    }

    [Fact]
    public async Task If_none_match_creates_a_key_once()
    {
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(HttpMethod.Put, "a", ifNoneMatch: "*")).Status);
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await SendAsync(HttpMethod.Put, "b", ifNoneMatch: "*")).Status);
        await SendAsync(HttpMethod.Delete);
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(HttpMethod.Put, "c", ifNoneMatch: "*")).Status);
    }

    [Fact]
    public async Task A_deletion_says_whether_there_was_something_to_delete()
    {
        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync(HttpMethod.Delete)).Status);
        var put = await SendAsync(HttpMethod.Put, "a");
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await SendAsync(HttpMethod.Delete, ifMatch: $"\"{Version(put.ETag) + 1}\"")).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await SendAsync(HttpMethod.Delete, ifMatch: put.ETag)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync(HttpMethod.Get)).Status);
    }

    [Theory]
    [InlineData("42")]
    [InlineData("W/\"42\"")]
    [InlineData("\"x\"")]
    [InlineData("\"-1\"")]
    [InlineData("*")]
    public async Task A_condition_that_is_not_understood_writes_nothing(string ifMatch)
    {
        Assert.Equal(HttpStatusCode.BadRequest, (await SendAsync(HttpMethod.Put, "a", ifMatch: ifMatch)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync(HttpMethod.Get)).Status);
    }

    [Fact]
    public async Task A_value_above_the_limit_is_refused()
    {
        const int limit = 4 << 20;
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await SendAsync(HttpMethod.Put, new string('x', limit + 1))).Status);
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(HttpMethod.Put, new string('x', limit))).Status);
    }

    [Fact]
    public async Task A_counter_answers_its_new_value_and_refuses_what_does_not_fit()
    {
        var add = $"/counters/{_key}/add";
        Assert.Equal("5", (await SendAsync(HttpMethod.Post, "5", path: add)).Body);
        Assert.Equal("3", (await SendAsync(HttpMethod.Post, "-2", path: add)).Body);
        Assert.Equal(HttpStatusCode.Conflict, (await SendAsync(HttpMethod.Post, $"{long.MaxValue}", path: add)).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await SendAsync(HttpMethod.Post, "three", path: add)).Status);
        Assert.Equal("3", (await SendAsync(HttpMethod.Get, path: $"/counters/{_key}?consistency=linearizable")).Body);
    }

    [Fact]
    public async Task Leadership_goes_to_the_member_that_is_named()
    {
        var leader = await fixture.Cluster.WaitForLeaderAsync(Cancelled);
        var next = fixture.Cluster.Silos.First(silo => silo != leader);
        await Eventually.HoldsAsync(
            async token =>
            {
                // A member that lags behind for a moment may lose the election it was given, so the request is repeated.
                await SendAsync(HttpMethod.Post, path: $"/admin/transfer-leadership?to={next.PeerId}");
                return (await fixture.Cluster.WaitForLeaderAsync(token)) == next;
            },
            $"{next} to lead",
            Cancelled);
    }

    private async Task<(HttpStatusCode Status, string Body, string? ETag)> SendAsync(
        HttpMethod method, string? body = null, string? path = null, string? ifMatch = null, string? ifNoneMatch = null, KeyValueSilo? silo = null)
    {
        using var http = new HttpClient();
        var address = new Uri($"http://127.0.0.1:{(silo ?? fixture.Cluster.Silos[0]).HttpPort}{path ?? Path}");
        using var request = new HttpRequestMessage(method, address) { Content = body is null ? null : new ByteArrayContent(Encoding.ASCII.GetBytes(body)) };
        if (ifMatch is not null)
            request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        if (ifNoneMatch is not null)
            request.Headers.TryAddWithoutValidation("If-None-Match", ifNoneMatch);
        using var response = await http.SendAsync(request, Cancelled);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(Cancelled), response.Headers.ETag?.Tag);
    }

    private static long Version(string? etag) => long.Parse(etag!.Trim('"'), System.Globalization.CultureInfo.InvariantCulture);
}
