using Orleans.Replication.Raft.Storage;

namespace Orleans.Replication.Raft.Backups;

/// <summary>
/// Makes a group of one out of a member of a group whose majority is lost for ever. All of its log counts from then on: what it has may have been acknowledged. It is another
/// incarnation, and another term, so that no entry of it is ever taken for one of the former group.
/// </summary>
internal static class GroupRecovery
{
    /// <exception cref="RaftStorageException">The folder is damaged, or there is nothing to recover. Nothing was changed.</exception>
    public static RaftRecovery Run(HeldFolder folder, CancellationToken cancellationToken)
    {
        var found = new FolderCheck(folder).Run(cancellationToken);
        if (!found.IsWhole)
        {
            throw new RaftStorageException(
                $"'{folder.Path}' is damaged; take another survivor, or a backup. Nothing was changed. {string.Join(' ', found.Problems)}");
        }

        var members = MembersFile.Read(folder.Members)!;
        var voters = ConfigurationOnDisk.FindVoters(folder, members);
        if (voters is [var only] && only == members.Member)
            throw new RaftStorageException($"'{folder.Path}' is of a group of one: it needs nobody else, and there is nothing to recover.");
        if (!members.LogBegun && members.Base == 0)
            throw new RaftStorageException($"'{folder.Path}' is of a member that has no log yet: there is nothing to recover.");
        if (!voters.Contains(members.Member))
            throw new RaftStorageException($"'{folder.Path}' is of member '{members.Member}', which is no voter of {string.Join(", ", voters)}.");

        var term = LogFiles.ReadTerm(folder.Log) + 1;
        var log = members.LogBegun ? LogPages.Open(folder.Log) : null;
        var last = Math.Max(log?.Last ?? 0, folder.NewestSnapshot);
        var incarnation = Incarnation.New();
        File.Copy(folder.Members, $"{folder.Members}.before-{incarnation}", overwrite: false);
        DurableFile.SyncFile($"{folder.Members}.before-{incarnation}");

        // A higher term alone changes nothing that was promised: in this order a crash between the two leaves the former group's member.
        LogFiles.WriteTerm(folder.Log, term);
        (members with { Voters = [members.Member], Addresses = null, Admitted = true, Incarnation = incarnation, RecoveredAt = last }).Write(folder.Members);
        return new RaftRecovery(members.Member, incarnation, voters, last, term, Math.Max(0, last - Math.Max(log?.Committed ?? 0, folder.NewestSnapshot)));
    }
}
