using Orleans.Replication.Raft.Snapshots;
using Orleans.Replication.Raft.State;
using Orleans.Replication.Raft.Storage;

namespace Orleans.Replication.Raft.Backups;

/// <summary>
/// Backs a running replica up: a checkpoint of its state, which is consistent by itself since every log entry's changes and position are one batch (SAFETY 5), written to a
/// stream. Entries are applied meanwhile; only RocksDB's flush at the beginning shares the disk with them.
/// </summary>
internal sealed class GroupBackup(GroupFolder folder, IReadOnlyList<string> voters, StateStore state, SnapshotStore snapshots, TimeProvider time)
{
    public async Task<RaftBackupInfo> WriteAsync(Stream destination, CancellationToken cancellationToken)
    {
        var checkpoint = snapshots.BeginUnfinished();
        try
        {
            // RocksDB blocks until the memory table is on disk.
            var position = await Task.Factory.StartNew(
                () => state.Checkpoint(checkpoint), cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default).ConfigureAwait(false);
            var members = folder.Members;
            var info = new RaftBackupInfo
            {
                FormatVersion = BackupFormat.Version,
                Cluster = members.Cluster,
                Group = members.Group,
                Incarnation = members.Incarnation ?? string.Empty,
                Member = members.Member,
                Voters = voters,
                Index = position.Index,
                Term = position.Term,
                Commands = position.Commands,
                LastCommand = position.Time,
                Created = time.GetUtcNow(),
            };
            using var writer = new BackupWriter(destination);
            await writer.WriteAsync(info, checkpoint, cancellationToken).ConfigureAwait(false);
            return info;
        }
        finally
        {
            if (Directory.Exists(checkpoint))
                Directory.Delete(checkpoint, recursive: true);
        }
    }
}
