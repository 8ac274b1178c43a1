using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.GrainDirectory;
using Orleans.Replication.Groups;
using Orleans.Runtime;

namespace Orleans.Replication.Tests.Groups;

public sealed class ShutdownLimitTests
{
    private static readonly GrainAddress Address = new()
    {
        GrainId = GrainId.Create("grain", "key"),
        ActivationId = ActivationId.NewId(),
        SiloAddress = SiloAddress.New(IPAddress.Loopback, 11111, 1),
    };

    [Fact]
    public async Task A_silo_that_stops_without_a_majority_does_not_wait_to_unregister_its_grains()
    {
        var limit = new ShutdownLimit(Options.Create(new RaftReplicationOptions { ShutdownTimeout = TimeSpan.FromMilliseconds(200) }), TimeProvider.System);
        await using var group = new TestGroup(3, new() { ProposalTimeout = TimeSpan.FromHours(1) });
        await group.Members[0].StartAsync();
        var directory = group.Members[0].CreateGrainDirectory("d", limit);
        await StopSiloAsync(limit);

        await Assert.ThrowsAsync<TimeoutException>(() => directory.Unregister(Address));

        // Having waited once in vain, it does not wait again.
        Assert.True(directory.Unregister(Address).IsFaulted);
    }

    [Fact]
    public async Task A_silo_that_stops_while_there_is_a_majority_unregisters_its_grains()
    {
        var limit = new ShutdownLimit(Options.Create(new RaftReplicationOptions()), TimeProvider.System);
        await using var group = await TestGroup.StartAsync(1);
        var directory = group.Members[0].CreateGrainDirectory("d", limit);
        await directory.Register(Address);
        await StopSiloAsync(limit);

        await directory.Unregister(Address);
        Assert.Null(await directory.Lookup(Address.GrainId));
    }

    private static async Task StopSiloAsync(ShutdownLimit limit)
    {
        var lifecycle = new SiloLifecycleSubject(NullLogger<SiloLifecycleSubject>.Instance);
        limit.Participate(lifecycle);
        await lifecycle.OnStart();
        await lifecycle.OnStop();
    }
}
