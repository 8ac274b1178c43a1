using Orleans.Replication.Tests.Grains;
using Orleans.Replication.Tests.Groups;
using Orleans.Runtime;

namespace Orleans.Replication.Tests.States;

/// <summary>A large state that small operations change again and again: its versions share memory on each replica, and nobody can tell.</summary>
public sealed class LargeStateTests : IAsyncLifetime
{
    private const int Items = 4_000;

    private readonly StateReference<Basket> _state = new(GrainId.Create("large", "a"), "basket");
    private TestGroup _group = null!;

    public async ValueTask InitializeAsync() => _group = await TestGroup.StartAsync(3);

    public ValueTask DisposeAsync() => _group.DisposeAsync();

    [Fact]
    public async Task Every_version_is_what_its_operation_made_of_the_one_before()
    {
        var expected = new Basket { Items = [.. Enumerable.Range(0, Items).Select(i => $"item {i}, of some length, so that the state is a large one")] };
        var versions = new SortedDictionary<long, (long Total, string Items)>
        {
            [await On(0).WriteAsync(expected, cancellationToken: TestContext.Current.CancellationToken)] = Of(expected),
        };
        for (var i = 1; i <= 120; i++)
        {
            // Most change the beginning alone, some the end too, and a few what is behind a place that moves.
            var item = i % 5 == 0 ? $"another item {i}" : null;
            Assert.Equal(expected.Total + i, await On(i % 3).ApplyAsync(new Add(i, item), TestContext.Current.CancellationToken));
            expected = expected with { Total = expected.Total + i, Items = item is null ? expected.Items : expected.Items.Add(item) };
            versions[On(i % 3).Version] = Of(expected);
            if (i % 40 == 0)
            {
                await Assert.ThrowsAsync<OperationRejectedException>(async () => await On(0).ApplyAsync(new Fail("no"), TestContext.Current.CancellationToken));
                expected = expected with { Items = expected.Items.RemoveAt(i) };
                versions[await On(1).WriteAsync(expected with { Last = null }, cancellationToken: TestContext.Current.CancellationToken)] = Of(expected);
            }
        }

        foreach (var member in _group.Members)
            await RequireAsync(member, versions);

        // The database has what the log's end does not: both give the same.
        await _group.Members[2].StopAsync();
        await _group.Members[2].StartAsync();
        var last = versions.Last();
        await Silos.Wait.UntilAsync("the member has the last version", () => Task.FromResult(On(2).Version == last.Key));
        Assert.Equal(last.Value, Of(On(2).Value));
        Assert.All(_group.Members, member => Assert.Null(member.Group.GetStatus().Divergence));
    }

    private async Task RequireAsync(GroupMember member, SortedDictionary<long, (long Total, string Items)> versions)
    {
        var state = member.Transactions.GetState(_state);
        Assert.Equal(versions.Last().Value, Of(await state.ReadAsync(cancellationToken: TestContext.Current.CancellationToken)));
        foreach (var (version, content) in versions)
            Assert.Equal(content, Of((await state.ReadAtAsync(version, TestContext.Current.CancellationToken)).Value));

        var missing = new Queue<long>(versions.Keys);
        var first = missing.Dequeue();
        await foreach (var change in state.WatchAsync(first, TestContext.Current.CancellationToken))
        {
            Assert.Equal((StateChangeKind.Written, missing.Dequeue()), (change.Kind, change.Version));
            Assert.Equal(versions[change.Version], Of(change.Value));
            if (missing.Count == 0)
                break;
        }

        await foreach (var change in member.Transactions.WatchAsync(first, TestContext.Current.CancellationToken))
        {
            Assert.Equal(versions[change.Version], Of(member.Transactions.Read<Basket>(change).Value));
            if (change.Version == versions.Keys.Last())
                break;
        }
    }

    private IReplicatedState<Basket> On(int member) => _group.Members[member].Transactions.GetState(_state);

    private static (long Total, string Items) Of(Basket basket) => (basket.Total, string.Join('\n', basket.Items));
}
