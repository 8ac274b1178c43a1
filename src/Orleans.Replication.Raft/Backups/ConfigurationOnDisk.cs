using System.Net;
using Orleans.Replication.Raft.Log;
using Orleans.Replication.Raft.Membership;
using Orleans.Replication.Raft.State;
using Orleans.Replication.Raft.Storage;

namespace Orleans.Replication.Raft.Backups;

/// <summary>Who the members of a group are by a folder that no member has open: the last configuration in its log behind the newest
/// snapshot, or else in that snapshot or in the state, or else the one it began with.</summary>
internal static class ConfigurationOnDisk
{
    /// <returns>The ids of the voters, sorted.</returns>
    /// <exception cref="RaftStorageException">An entry or the state cannot be read.</exception>
    public static IReadOnlyList<string> FindVoters(HeldFolder folder, MembersFile members)
    {
        // The addresses are not looked at, and only the transport understands them.
        var format = new ConfigurationFormat(folder.Group, static _ => string.Empty, static address => new DnsEndPoint(address, 0));
        var found = FindLogged(folder, members, format) ?? AppliedConfiguration.Decode(Database.Read(NewestState(folder), StateKeys.Configuration.ToArray()), format);
        return found is { } logged && logged.Index > members.RecoveredAt
            ? [.. logged.Configuration.Voters.Select(voter => voter.Id).Order(StringComparer.Ordinal)]
            : members.Voters;
    }

    private static string NewestState(HeldFolder folder) => folder.SnapshotFolders.OrderBy(snapshot => snapshot.Index).Select(snapshot => snapshot.Path).LastOrDefault()
        ?? Path.Combine(folder.State, File.ReadAllText(Path.Combine(folder.State, "current")));

    private static LoggedConfiguration? FindLogged(HeldFolder folder, MembersFile members, ConfigurationFormat format)
    {
        if (!members.LogBegun)
            return null;
        var log = LogPages.Open(folder.Log);
        for (var index = log.Last; index > folder.NewestSnapshot; index--)
        {
            if (log.Read(index, out var row) is { } problem)
                throw new RaftStorageException($"Entry {index} of '{folder.Log}' is damaged: {problem}.");
            if (ConfigurationFormat.IsConfiguration(row.Payload.Span))
                return new LoggedConfiguration(index, format.Decode(row.Payload));
        }

        return null;
    }
}
