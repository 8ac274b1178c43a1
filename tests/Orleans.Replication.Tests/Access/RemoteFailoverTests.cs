using Microsoft.Extensions.DependencyInjection;
using Orleans.Replication.Access.Wire;
using Orleans.Replication.Libp2p;
using Orleans.Replication.Tests.Grains;
using Orleans.Runtime;

namespace Orleans.Replication.Tests.Access;

/// <summary>What a client does when a silo does not answer as it should: real silos, and peers that fail in one way each. Each test has a state of its own.</summary>
public sealed class RemoteFailoverTests(AccessCluster cluster) : IClassFixture<AccessCluster>
{
    private static int _lastGrain;

    private readonly StateReference<Basket> _a = new(GrainId.Create("failover", $"{Interlocked.Increment(ref _lastGrain)}"), "basket");

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_goes_on_when_the_silo_that_it_uses_stops_though_it_was_told_of_no_other_and_a_watch_misses_nothing()
    {
        var group = await cluster.ConnectAsync(0);
        var state = group.GetState(_a);
        Assert.Equal(1, await state.ApplyAsync(new Add(1), Cancelled));
        var seen = new List<long>();
        var watching = WatchAsync();
        while (seen.Count == 0)
            await Task.Delay(10, Cancelled);
        var version = (await state.ReadVersionedAsync(cancellationToken: Cancelled)).Version;
        await cluster.Silos.StopAsync(0);
        try
        {
            for (var total = 2; total <= 20; total++)
                version = await WriteAsync(total);
            Assert.Equal(20, (await state.ReadAsync(cancellationToken: Cancelled)).Total);
            await watching.WaitAsync(TimeSpan.FromSeconds(60), Cancelled);
            Assert.Equal(seen.Order(), seen);
            Assert.Equal(20, seen[^1]);
        }
        finally
        {
            await cluster.Silos.StartAsync(0);
        }

        // A client that has not heard yet that the connection has ended sends one write into it, and cannot know what became of it: under the condition that nothing else was written it may be made again.
        async Task<long> WriteAsync(int total)
        {
            while (true)
            {
                try
                {
                    return await state.WriteAsync(new Basket { Total = total }, version, Cancelled);
                }
                catch (ReplicationOutcomeUnknownException)
                {
                }
                catch (VersionMismatchException)
                {
                    var read = await state.ReadVersionedAsync(cancellationToken: Cancelled);
                    Assert.Equal(total, read.Value.Total);
                    return read.Version;
                }
            }
        }

        async Task WatchAsync()
        {
            await foreach (var change in state.WatchAsync(0, Cancelled))
            {
                seen.Add(change.Value.Total);
                if (change.Value.Total == 20)
                    return;
            }
        }
    }

    [Fact]
    public async Task A_write_whose_answer_is_lost_is_not_made_again_and_its_outcome_is_unknown()
    {
        await using var losing = await FakeMember.LosingAsync();
        var state = await StateAsync(losing);
        var error = await Assert.ThrowsAsync<ReplicationOutcomeUnknownException>(async () => await state.ApplyAsync(new Add(1), Cancelled));
        Assert.Contains(losing.Address.Split('/')[^1], error.Message, StringComparison.Ordinal);
        Assert.Equal(1, losing.Taken);
        await Assert.ThrowsAsync<ReplicationOutcomeUnknownException>(async () => await state.WriteAsync(new Basket(), null, Cancelled));
        Assert.Equal(2, losing.Taken);
    }

    [Fact]
    public async Task A_read_whose_answer_is_lost_is_made_on_another_silo()
    {
        await using var losing = await FakeMember.LosingAsync();
        var state = await StateAsync(losing, withSilo: true);
        while (losing.Taken == 0)
        {
            Assert.Equal(0, (await state.ReadAsync(cancellationToken: Cancelled)).Total);
            state = await StateAsync(losing, withSilo: true); // A client that has not asked yet asks first whom it chooses.
        }
    }

    [Fact]
    public async Task A_silo_that_hangs_does_not_take_all_the_time_of_a_read()
    {
        await using var hanging = await FakeMember.HangingAsync();
        while (hanging.Taken == 0)
        {
            var state = await StateAsync(hanging, withSilo: true, timeout: TimeSpan.FromSeconds(6));
            Assert.Equal(0, (await state.ReadAsync(cancellationToken: Cancelled)).Total);
        }
    }

    [Fact]
    public async Task A_silo_that_hangs_with_a_write_leaves_its_outcome_unknown()
    {
        await using var hanging = await FakeMember.HangingAsync();
        var state = await StateAsync(hanging, timeout: TimeSpan.FromSeconds(5));
        await Assert.ThrowsAsync<ReplicationOutcomeUnknownException>(async () => await state.ApplyAsync(new Add(1), Cancelled));
        Assert.Equal(1, hanging.Taken);
    }

    [Theory]
    [InlineData((int)FailureKind.Unavailable)]
    [InlineData((int)FailureKind.Busy)]
    [InlineData((int)FailureKind.NoGroup)]
    [InlineData((int)FailureKind.WrongToken)]
    public async Task A_write_that_one_silo_has_refused_before_it_was_proposed_is_made_by_another_once(int kind)
    {
        await using var refusing = await FakeMember.RefusingAsync((FailureKind)kind);
        for (var total = 1; refusing.Taken == 0 || total < 3; total++)
            Assert.Equal(total, await (await StateAsync(refusing, withSilo: true)).ApplyAsync(new Add(1), Cancelled));
    }

    [Fact]
    public async Task A_write_to_a_peer_that_does_not_serve_the_protocol_is_made_by_another_once()
    {
        await using var deaf = await FakeMember.StartAsync(answer: null);
        for (var total = 1; total < 6; total++)
            Assert.Equal(total, await (await StateAsync(deaf, withSilo: true)).ApplyAsync(new Add(1), Cancelled));
    }

    [Theory]
    [InlineData((int)FailureKind.Unavailable, typeof(ReplicationUnavailableException))]
    [InlineData((int)FailureKind.Busy, typeof(ReplicationBusyException))]
    [InlineData((int)FailureKind.OutcomeUnknown, typeof(ReplicationOutcomeUnknownException))]
    [InlineData((int)FailureKind.Unreadable, typeof(ReplicationConfigurationException))]
    [InlineData((int)FailureKind.Invalid, typeof(ArgumentException))]
    [InlineData(99, typeof(ReplicationOutcomeUnknownException))]
    public async Task What_all_silos_refuse_is_an_error_that_says_what_happened_to_the_write(int kind, Type expected)
    {
        await using var refusing = await FakeMember.RefusingAsync((FailureKind)kind);
        var state = await StateAsync(refusing, timeout: TimeSpan.FromSeconds(5));
        var error = await Assert.ThrowsAnyAsync<Exception>(async () => await state.WriteAsync(new Basket(), null, Cancelled));
        Assert.IsType(expected, error);
        Assert.Contains($"{(FailureKind)kind}, it says.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task When_nobody_is_there_nothing_was_written()
    {
        using var nobody = PeerIdentity.Generate();
        var services = await cluster.ConnectAsync(options =>
        {
            options.Seeds = [$"/ip4/127.0.0.1/tcp/1/p2p/{nobody.PeerId}"];
            options.RequestTimeout = TimeSpan.FromSeconds(1);
        });
        var state = services.GetRequiredService<IReplicationGroup>().GetState(_a);
        var error = await Assert.ThrowsAsync<ReplicationUnavailableException>(async () => await state.WriteAsync(new Basket(), null, Cancelled));
        Assert.Contains(nobody.PeerId.ToString(), error.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ReplicationUnavailableException>(async () => await state.ReadAsync(cancellationToken: Cancelled));
        await Assert.ThrowsAsync<ReplicationUnavailableException>(async () =>
        {
            await foreach (var _ in state.WatchAsync(0, Cancelled))
                continue;
        });
    }

    private async Task<IReplicatedState<Basket>> StateAsync(FakeMember fake, bool withSilo = false, TimeSpan? timeout = null)
    {
        var services = await cluster.ConnectAsync(options =>
        {
            options.Seeds = withSilo ? [fake.Address, cluster.Silos.Peer(1)] : [fake.Address];
            options.RequestTimeout = timeout ?? options.RequestTimeout;
        });
        return services.GetRequiredService<IReplicationGroup>().GetState(_a);
    }
}
