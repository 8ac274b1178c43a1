using Orleans.Replication.Raft.Backups;
using Orleans.Replication.Raft.Storage;

namespace Orleans.Replication.Raft;

/// <summary>The folder of a group on a member that is stopped: looked at and repaired from outside. A folder in use is refused.</summary>
public static class RaftGroupFolder
{
    /// <summary>
    /// Compares everything in it with its checksum, and reads everything: whose it is, the log's files and every entry, the state, the snapshots. Changes nothing.
    /// </summary>
    /// <param name="dataDirectory"><see cref="RaftNodeOptions.DataDirectory"/>.</param>
    /// <param name="group">The group's name.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="RaftStorageException">There is no such folder, or it is in use.</exception>
    public static RaftVerification Verify(string dataDirectory, string group, CancellationToken cancellationToken = default)
    {
        using var held = HeldFolder.Take(dataDirectory, group);
        return new FolderCheck(held).Run(cancellationToken);
    }

    /// <summary>
    /// Rebuilds a group from one survivor after a majority of its voters is lost for ever: this member becomes its only voter, with all that its log has. What only lost members
    /// had is lost, acknowledged or not. The group is another incarnation: former members that come back are refused, and join with empty folders only.
    /// </summary>
    /// <param name="dataDirectory"><see cref="RaftNodeOptions.DataDirectory"/> of the survivor. Of several, take the one whose log has the highest term, then index, at its end.</param>
    /// <param name="group">The group's name.</param>
    /// <param name="acceptDataLoss">Has to be true: it says that the caller knows all this.</param>
    /// <param name="cancellationToken">Ends it; nothing has been changed then.</param>
    /// <exception cref="RaftStorageException">The folder is damaged or in use, or there is nothing to recover. Nothing was changed.</exception>
    /// <exception cref="ArgumentException"><paramref name="acceptDataLoss"/> is false.</exception>
    public static RaftRecovery Recover(string dataDirectory, string group, bool acceptDataLoss, CancellationToken cancellationToken = default)
    {
        if (!acceptDataLoss)
            throw new ArgumentException("A recovery can lose acknowledged writes, which only the lost members have. Say that this is accepted.", nameof(acceptDataLoss));
        using var held = HeldFolder.Take(dataDirectory, group);
        return GroupRecovery.Run(held, cancellationToken);
    }

    /// <summary>Reads the log, entry by entry, also a damaged one. Lazy: the folder is held until the enumeration ends.</summary>
    /// <param name="dataDirectory"><see cref="RaftNodeOptions.DataDirectory"/>.</param>
    /// <param name="group">The group's name.</param>
    /// <param name="first">The first entry to read; null for the first that no snapshot has replaced.</param>
    /// <param name="last">The last entry to read; null for the log's last.</param>
    /// <exception cref="RaftStorageException">There is no such folder, it is in use, or its log cannot be read at all.</exception>
    public static IEnumerable<RaftLogEntry> ReadLog(string dataDirectory, string group, long? first = null, long? last = null)
    {
        using var held = HeldFolder.Take(dataDirectory, group);
        var log = LogPages.Open(held.Log);
        foreach (var entry in LogDump.Read(log, group, first ?? held.NewestSnapshot + 1, last ?? log.Last))
            yield return entry;
    }
}
