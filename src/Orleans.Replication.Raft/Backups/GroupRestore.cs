using System.Globalization;
using Orleans.Replication.Raft.Snapshots;
using Orleans.Replication.Raft.State;
using Orleans.Replication.Raft.Storage;

namespace Orleans.Replication.Raft.Backups;

/// <summary>
/// Makes a member's folder from a backup: the state, the same once more as the snapshot that stands for the log before it, and an empty log. It is made beside the
/// group's folder, and takes its place when it is complete and on disk (SAFETY 11).
/// </summary>
internal sealed class GroupRestore(string path, RaftRestoreOptions options)
{
    public async Task<RaftRestoreResult> RunAsync(CancellationToken cancellationToken)
    {
        Validate();
        var groups = Path.Combine(options.DataDirectory, "groups");
        Directory.CreateDirectory(groups);
        var making = Path.Combine(options.DataDirectory, "restoring-" + Guid.NewGuid().ToString("N"));
        var state = Path.Combine(making, "state", "1");
        Directory.CreateDirectory(state);
        try
        {
            var unpacked = await BackupFile.UnpackAsync(path, state, cancellationToken).ConfigureAwait(false);
            if (unpacked is not { Verification: { IsWhole: true, Backup: { } info }, Digest: { } digest })
                throw new RaftStorageException($"The backup '{path}' is damaged, and nothing was restored from it: {string.Join(' ', unpacked.Verification.Problems)}");
            if (info.Index == 0)
                throw new RaftStorageException($"The backup '{path}' is of a group that had written nothing: start its members with empty folders instead.");
            var incarnation = options.Incarnation ?? Incarnation.Of(digest, options.Voters);
            Build(making, state, info, incarnation);
            var target = GroupFolder.PathOf(options.DataDirectory, info.Group);
            var movedTo = MakeRoom(target, incarnation);
            DurableFile.RenameFolder(making, target);
            return new RaftRestoreResult(info, target, incarnation, movedTo);
        }
        finally
        {
            if (Directory.Exists(making))
                Directory.Delete(making, recursive: true);
        }
    }

    private void Validate()
    {
        Require(options.Voters.Count is 1 or 3 or 5, $"{options.Voters.Count} voters are given. Name 1, 3 or 5.");
        Require(options.Voters.Distinct(StringComparer.Ordinal).Count() == options.Voters.Count, "A voter is named twice.");
        Require(options.Voters.Contains(options.Member), $"Member '{options.Member}' is not among the voters. Restore on the voters, and let others catch up with empty folders.");
        Require(options.Incarnation is null || Incarnation.IsName(options.Incarnation), $"'{options.Incarnation}' names no incarnation. Write 1 to 64 letters, digits or '-'.");
    }

    private void Build(string making, string state, RaftBackupInfo info, string incarnation)
    {
        // Who was a member then is no part of what is restored.
        Database.Forget(state, StateKeys.IsFormerGroup);
        DurableFile.SyncTree(state);
        DurableFile.WriteText(Path.Combine(making, "state", "current"), "1");
        var snapshots = Path.Combine(making, "snapshots");
        Directory.CreateDirectory(snapshots);
        var snapshot = Path.Combine(snapshots, info.Index.ToString("D20", CultureInfo.InvariantCulture));
        DurableFile.CopyFolder(state, snapshot);
        SnapshotManifest.Of(info.Group, info.Index, info.Term, SnapshotStore.ReadParts(snapshot, before: null)).Write(snapshot);

        var log = Path.Combine(making, "log");
        Directory.CreateDirectory(log);
        LogFiles.WriteTerm(log, info.Term + 1);

        // SAFETY 12: it does not vote before a majority has said that the restored group is new, as with a group that begins empty. Restored once more, alone, it catches up.
        var voters = options.Voters.Order(StringComparer.Ordinal).ToList();
        new MembersFile(MembersFile.FormatVersion, options.Cluster ?? info.Cluster, info.Group, options.Member, voters, Admitted: voters.Count == 1)
        {
            Incarnation = incarnation,
            Base = info.Index,
        }.Write(Path.Combine(making, "members"));
        DurableFile.SyncFolder(making);
    }

    /// <returns>Where the folder is that was there; null when there was none with data in it.</returns>
    private string? MakeRoom(string target, string incarnation)
    {
        if (!Directory.Exists(target))
            return null;
        using (GroupFolder.TakeLock(target))
        {
            var isEmpty = !Directory.EnumerateDirectories(target).Any() && !File.Exists(Path.Combine(target, "members"));
            if (!isEmpty && !options.ReplaceExisting)
            {
                throw new RaftStorageException(
                    $"'{target}' holds data, and nothing was restored. Name an empty data folder, or say that the existing one may be moved aside.");
            }

            if (!isEmpty && ReadIncarnation(target) == incarnation)
            {
                throw new RaftStorageException(
                    $"'{target}' is of incarnation '{incarnation}' already: this backup was restored for these voters before. To restore it once more on all of them, name "
                    + "another incarnation, the same on each. To repair this member alone, move its folder away and let it catch up from its peers.");
            }
        }

        var aside = $"{target}.before-{incarnation}";
        for (var i = 2; Directory.Exists(aside); i++)
            aside = string.Create(CultureInfo.InvariantCulture, $"{target}.before-{incarnation}-{i}");
        DurableFile.RenameFolder(target, aside);
        return aside;
    }

    private static string? ReadIncarnation(string target)
    {
        try
        {
            return MembersFile.Read(Path.Combine(target, "members"))?.Incarnation;
        }
        catch (RaftStorageException)
        {
            // It is moved aside as it is.
            return null;
        }
    }

    private static void Require(bool holds, string problem)
    {
        if (!holds)
            throw new ArgumentException(problem);
    }
}
