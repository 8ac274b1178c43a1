using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Orleans.Hosting;
using Orleans.Replication.Raft;
using Orleans.Replication.Tests.Administration;

namespace Orleans.Replication.Tests.Health;

/// <summary>What an orchestrator concludes from a silo's replicas.</summary>
public sealed class HealthCheckTests
{
    [Theory]
    [InlineData(RaftRole.Leader, "leader", 10, 10, null, HealthStatus.Healthy, HealthStatus.Healthy)]
    [InlineData(RaftRole.Follower, "leader", 1010, 10, null, HealthStatus.Healthy, HealthStatus.Healthy)]
    [InlineData(RaftRole.Follower, "leader", 1011, 10, null, HealthStatus.Healthy, HealthStatus.Unhealthy)]
    [InlineData(RaftRole.Follower, null, 10, 10, null, HealthStatus.Healthy, HealthStatus.Unhealthy)]
    [InlineData(RaftRole.Candidate, "leader", 10, 10, null, HealthStatus.Healthy, HealthStatus.Unhealthy)]
    [InlineData(RaftRole.Stopped, null, 10, 10, null, HealthStatus.Healthy, HealthStatus.Unhealthy)]
    [InlineData(RaftRole.Removed, "leader", 10, 10, null, HealthStatus.Healthy, HealthStatus.Unhealthy)]
    [InlineData(RaftRole.Learner, "leader", 10, 10, null, HealthStatus.Healthy, HealthStatus.Healthy)]
    [InlineData(RaftRole.Stopped, null, 10, 10, "a full disk", HealthStatus.Unhealthy, HealthStatus.Unhealthy)]
    public async Task A_replica_is_alive_unless_it_is_out_of_service_and_ready_once_it_follows(
        RaftRole role, string? leader, long committed, long applied, string? fault, HealthStatus live, HealthStatus ready)
    {
        var status = Status(role, leader) with { CommitIndex = committed, AppliedIndex = applied, Fault = fault };
        Assert.Equal((live, ready), await CheckAsync(new StatusManager(() => [status])));
    }

    /// <summary>It hears its leader before its peers have sent it everything again.</summary>
    [Fact]
    public async Task A_replica_in_quarantine_is_alive_and_not_ready()
    {
        var status = Status(RaftRole.Learner, "leader") with { Quarantine = "'checkpoint' is missing" };
        Assert.Equal((HealthStatus.Healthy, HealthStatus.Unhealthy), await CheckAsync(new StatusManager(() => [status])));
    }

    [Fact]
    public async Task A_silo_that_has_not_started_is_alive_and_not_ready() =>
        Assert.Equal((HealthStatus.Healthy, HealthStatus.Unhealthy), await CheckAsync(new StatusManager(() => throw new ReplicationUnavailableException("not started"))));

    [Theory]
    [InlineData(null, HealthStatus.Healthy)]
    [InlineData("The states differ at log index 9.", HealthStatus.Unhealthy)]
    public async Task States_that_are_apart_are_unhealthy_and_no_reason_for_a_restart(string? divergence, HealthStatus equal)
    {
        var manager = new StatusManager(() => [Status(RaftRole.Follower, "leader") with { Divergence = divergence }]);
        Assert.Equal((HealthStatus.Healthy, HealthStatus.Healthy), await CheckAsync(manager));
        Assert.Equal(equal, await CheckAsync(manager, "equal"));
    }

    private static RaftGroupStatus Status(RaftRole role, string? leader) => new()
    {
        Name = "default",
        Role = role,
        Term = 1,
        Leader = leader,
        CommitIndex = 10,
        AppliedIndex = 10,
        Members = [],
    };

    private static async Task<(HealthStatus Live, HealthStatus Ready)> CheckAsync(IReplicationManager manager) =>
        (await CheckAsync(manager, "live"), await CheckAsync(manager, "ready"));

    private static async Task<HealthStatus> CheckAsync(IReplicationManager manager, string tag)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton(manager);
        services.AddHealthChecks().AddRaftReplicationHealthChecks();
        await using var provider = services.BuildServiceProvider();
        var checks = provider.GetRequiredService<HealthCheckService>();
        return (await checks.CheckHealthAsync(check => check.Tags.Contains(tag), TestContext.Current.CancellationToken)).Status;
    }
}
