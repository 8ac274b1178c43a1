using Orleans.Replication.Raft.State;
using Orleans.Replication.Raft.Tests.Cluster;

namespace Orleans.Replication.Raft.Tests.Backups;

/// <summary>A folder of a test's own, for backups and what is restored from them.</summary>
internal sealed class BackupFolder : IDisposable
{
    private readonly string _path = Directory.CreateTempSubdirectory("raft-backup-").FullName;

    public string this[string name] => Path.Combine(_path, name);

    public static string GroupOf(string dataDirectory) => Path.Combine(dataDirectory, "groups", "default");

    /// <summary>Backs a member up, with all that was acknowledged before.</summary>
    public async Task<string> BackUpAsync(TestMember member, string name = "backup")
    {
        await member.Group.ReadBarrierAsync();
        await member.Group.BackupAsync(this[name]);
        return this[name];
    }

    /// <summary>Restores on a member that is stopped.</summary>
    public static Task<RaftRestoreResult> RestoreAsync(
        string backup, string dataDirectory, string member, IEnumerable<string> voters, bool replace = false, string? incarnation = null) => RaftBackup.RestoreAsync(
        backup, new RaftRestoreOptions { DataDirectory = dataDirectory, Member = member, Voters = [.. voters], ReplaceExisting = replace, Incarnation = incarnation });

    /// <summary>The keys and values of a state that is open nowhere.</summary>
    public static Dictionary<string, string> ReadState(string dataDirectory)
    {
        var state = new Dictionary<string, string>();
        var folder = Path.Combine(GroupOf(dataDirectory), "state");
        Database.ReadAll(Path.Combine(folder, File.ReadAllText(Path.Combine(folder, "current"))), (key, value) => state.Add(Convert.ToHexString(key), Convert.ToHexString(value)));
        return state;
    }

    public void Dispose() => Directory.Delete(_path, recursive: true);
}
