using Orleans.Replication.States;
using Orleans.Replication.States.Chains;
using Orleans.Replication.Tests.Groups;
using Orleans.Replication.Tests.Silos;
using Orleans.Runtime;

namespace Orleans.Replication.Tests.States.Chains;

/// <summary>Large states that are kept, on three members with real logs and disks that are stopped and started in the middle of chains.</summary>
public sealed class ChainsInGroupTests : IAsyncLifetime
{
    private const int Rounds = 6;
    private const int OperationsInRound = 60;

    private readonly StateReference<Ledger> _state = new(GrainId.Create("ledger", "a"), "ledger");
    private TestGroup _group = null!;

    public async ValueTask InitializeAsync() => _group = await TestGroup.StartAsync(3);

    public ValueTask DisposeAsync() => _group.DisposeAsync();

    [Fact]
    public async Task Members_that_start_in_the_middle_of_a_chain_come_to_the_same_bytes()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var expected = new Ledger { Padding = new byte[100_000] };
        await On(0).WriteAsync(expected, cancellationToken: cancellation);
        for (var round = 0; round < Rounds; round++)
        {
            // One member is away for a part of the round, and comes back while others go on.
            var away = _group.Members[round % 3];
            for (var i = 0; i < OperationsInRound; i++)
            {
                if (i == 10)
                    await away.StopAsync();
                if (i == 40)
                    await away.StartAsync();
                var member = (i, away.PeerId == _group.Members[i % 3].PeerId) is ( >= 10 and < 40, true) ? (i + 1) % 3 : i % 3;
                var key = i % 7;
                if (i % 3 == 2)
                    Assert.Equal(expected.Entries.Remove(key), await On(member).ApplyAsync(new Strike(key), cancellation));
                else
                    expected.Entries[key] = $"{await EnterAsync(member, key)}";
            }
        }

        Assert.Equal(expected.Describe(), (await On(1).ReadAsync(null, cancellation)).Describe());
        var last = On(1).Version;
        foreach (var member in _group.Members)
        {
            await Wait.UntilAsync($"{member.PeerId} has version {last}", () => Task.FromResult(member.Transactions.GetState(_state).Version >= last));
            Assert.Equal(RecordsOf(_group.Members[0]), RecordsOf(member));
            Assert.Contains(RecordsOf(member), record => record.StartsWith(Convert.ToHexString(ChainKeys.Operations(StateKey.Encode(_state.Grain, _state.StateName))), StringComparison.Ordinal));
            Assert.Null(member.Group.GetStatus().Divergence);
        }

        // Who watches from before what a replica has in memory is told of the states, and of nothing else that is in their table.
        await _group.Members[0].StopAsync();
        await _group.Members[0].StartAsync();
        await foreach (var change in _group.Members[0].Transactions.WatchAsync(0, cancellation))
        {
            Assert.Equal((_state.Grain, last, StateChangeKind.Compacted), (change.Grain, change.Version, change.Kind));
            break;
        }
    }

    private async Task<long> EnterAsync(int member, int key)
    {
        await On(member).ApplyAsync(new Enter(key), TestContext.Current.CancellationToken);
        return On(member).Version;
    }

    private IReplicatedState<Ledger> On(int member) => _group.Members[member].Transactions.GetState(_state);

    private static string[] RecordsOf(GroupMember member)
    {
        using var snapshot = member.Group.OpenSnapshot(StatesTable.TableName);
        return [.. snapshot.Scan(default).Select(record => $"{Convert.ToHexString(record.Key.Span)} {record.Value.Version} {Convert.ToHexString(record.Value.Value.Span)}")];
    }
}
