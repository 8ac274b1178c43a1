using Orleans.Replication.Nemesis.Processes;

namespace Orleans.Replication.Nemesis.Snapshots;

/// <summary>Makes a silo's log begin behind a snapshot, so that who has nothing can only be helped with that.</summary>
internal static class LogForgetting
{
    /// <summary>More than one page of the log: only whole pages are dropped.</summary>
    private const int Writes = 130;

    /// <summary>What a silo has on disk.</summary>
    public static SiloDisk DiskOf(this KeyValueCluster cluster, KeyValueSilo silo) => new(cluster.DataOf(silo));

    /// <summary>Writes, and takes snapshots, until the log of the silo does not go back to its beginning.</summary>
    public static async Task ForgetLogAsync(this KeyValueCluster cluster, KeyValueSilo silo, CancellationToken cancellationToken)
    {
        while (cluster.DiskOf(silo).HasWholeLog)
        {
            for (var i = 0; i < Writes; i++)
                await silo.Client.PutAsync("before", [1], cancellationToken);
            await silo.Client.TakeSnapshotAsync(cancellationToken);

            // The log is dropped with the next write.
            await silo.Client.PutAsync("after", [1], cancellationToken);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }
}
