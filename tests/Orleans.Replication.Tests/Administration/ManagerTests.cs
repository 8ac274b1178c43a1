using Microsoft.Extensions.DependencyInjection;
using Orleans.Replication.Raft;
using Orleans.Replication.Tests.Silos;

namespace Orleans.Replication.Tests.Administration;

/// <summary>The groups of a silo, operated from its own process.</summary>
public sealed class ManagerTests(ThreeSilos silos) : IClassFixture<ThreeSilos>
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private IReplicationManager Manager(int silo) => silos[silo].Services.GetRequiredService<IReplicationManager>();

    [Fact]
    public async Task Any_silo_tells_the_status_takes_snapshots_and_backups_and_hands_leadership_over()
    {
        await silos[0].Group.WaitForLeaderAsync(Cancelled);
        Assert.Equal(ReplicationGroups.Default, Assert.Single(Manager(0).GetStatus()).Name);
        Assert.Equal(3, Manager(1).GetStatus(ReplicationGroups.Default).Members.Count);
        Assert.True(await Manager(2).TakeSnapshotAsync(ReplicationGroups.Default, Cancelled) > 0);
        var path = Path.Combine(Path.GetTempPath(), Guid.NewGuid().ToString("N"));
        try
        {
            await using (var file = File.Create(path))
                Assert.True((await Manager(1).BackupAsync(ReplicationGroups.Default, file, cancellationToken: Cancelled)).Index > 0);
            var verified = await RaftBackup.VerifyAsync(path, cancellationToken: Cancelled);
            Assert.Empty(verified.Problems);
            Assert.Contains("membership", string.Join(' ', verified.Records.Keys), StringComparison.OrdinalIgnoreCase);
        }
        finally
        {
            File.Delete(path);
        }

        var former = Manager(0).GetStatus(ReplicationGroups.Default).Leader;
        var next = silos.All.Select(silo => silo.Replication.PeerId).First(id => id != former);
        await Wait.UntilAsync("another leads", async () =>
        {
            try
            {
                await Manager(0).TransferLeadershipAsync(ReplicationGroups.Default, next, Cancelled);
            }
            catch (ReplicationUnavailableException)
            {
                // It has to have acknowledged everything that is committed at that moment.
            }

            return Manager(0).GetStatus(ReplicationGroups.Default).Leader == next;
        });
    }

    [Fact]
    public async Task What_is_unknown_is_refused()
    {
        Assert.Throws<ReplicationConfigurationException>(() => Manager(0).GetStatus("other"));
        await Assert.ThrowsAsync<ReplicationConfigurationException>(() => Manager(0).TakeSnapshotAsync("other", Cancelled));
        await Assert.ThrowsAsync<ArgumentException>(() => Manager(0).TransferLeadershipAsync(ReplicationGroups.Default, "nobody", Cancelled));
    }
}
