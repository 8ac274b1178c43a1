namespace Orleans.Replication.Raft.Storage;

/// <summary>
/// A group's folder: opened by one process at a time, and only by the member, group and cluster that made it. Nothing in it is deleted without
/// being told to.
/// </summary>
internal sealed class GroupFolder : IDisposable
{
    private readonly FileStream _lock;
    private readonly System.Threading.Lock _changing = new();
    private readonly string _membersPath;
    private MembersFile _members;

    private GroupFolder(string path, FileStream @lock, MembersFile members)
    {
        Path = path;
        _lock = @lock;
        _members = members;
        _membersPath = MembersPath(path);
    }

    public string Path { get; }

    public string Log => System.IO.Path.Combine(Path, "log");

    public string State => System.IO.Path.Combine(Path, "state");

    public string Snapshots => System.IO.Path.Combine(Path, "snapshots");

    /// <summary>True when this member may vote.</summary>
    public bool IsAdmitted => _members.Admitted;

    /// <summary>True once the log may hold what this member has acknowledged.</summary>
    public bool IsLogBegun => _members.LogBegun;

    private string Vote => System.IO.Path.Combine(Path, "vote");

    /// <summary>Why this member's files were moved aside, as long as its peers have not made it whole again; null otherwise.</summary>
    public string? QuarantineReason => _members is { Replaced: true, Admitted: false } ? Quarantine.ReadReason(Path) ?? "the files of this member were damaged" : null;

    /// <summary>Where a group's folder is.</summary>
    public static string PathOf(RaftNodeOptions node, RaftGroupOptions group) => System.IO.Path.Combine(node.DataDirectory, "groups", group.Name);

    /// <summary>Moves all files of a group aside.</summary>
    /// <returns>Where they are now.</returns>
    public static string MoveAside(RaftNodeOptions node, RaftGroupOptions group, string reason, DateTimeOffset now)
    {
        var path = PathOf(node, group);
        using var @lock = Lock(System.IO.Path.Combine(path, "lock"));
        return Quarantine.MoveAll(path, reason, now);
    }

    /// <exception cref="RaftStorageException">The folder is in use, belongs to somebody else, or lacks files of the log.</exception>
    public static GroupFolder Open(RaftNodeOptions node, RaftGroupOptions group)
    {
        var path = PathOf(node, group);
        Directory.CreateDirectory(path);
        var @lock = Lock(System.IO.Path.Combine(path, "lock"));
        try
        {
            var voters = group.Voters.Select(voter => voter.Id).Order(StringComparer.Ordinal).ToList();
            var members = MembersFile.Read(MembersPath(path));
            if (members is null)
            {
                RequireEmpty(path);

                // A member that is alone has nobody to ask whether it may vote.
                members = new MembersFile(MembersFile.FormatVersion, node.ClusterId, group.Name, node.Local.Id, voters, Admitted: voters.Count == 1)
                {
                    Replaced = Quarantine.ReadReason(path) is not null,
                };
                members.Write(MembersPath(path));
            }

            RequireSame(path, "cluster", members.Cluster, node.ClusterId);
            RequireSame(path, "group", members.Group, group.Name);
            RequireSame(path, "member", members.Member, node.Local.Id);
            RequireSame(path, "voters", string.Join(", ", members.Voters), string.Join(", ", voters));
            var folder = new GroupFolder(path, @lock, members);
            if (members.LogBegun)
                LogFiles.RequireWhole(folder.Log);
            return folder;
        }
        catch
        {
            @lock.Dispose();
            throw;
        }
    }

    /// <summary>Remembers that this member may vote.</summary>
    public void Admit() => Change(members => members with { Admitted = true });

    /// <summary>This member's last vote.</summary>
    public VoteGuard OpenVote() => VoteGuard.Open(Vote, _members.VoteBegun, () => Change(members => members with { VoteBegun = true }));

    /// <summary>Remembers that the log is about to hold what this member acknowledges.</summary>
    public void BeginLog() => Change(members => members with { LogBegun = true });

    public void Dispose() => _lock.Dispose();

    private void Change(Func<MembersFile, MembersFile> change)
    {
        lock (_changing)
        {
            var changed = change(_members);
            changed.Write(_membersPath);
            _members = changed;
        }
    }

    private static string MembersPath(string path) => System.IO.Path.Combine(path, "members");

    private static FileStream Lock(string path)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e)
        {
            throw new RaftStorageException(
                $"'{path}' cannot be locked: another process uses this data folder, or it is not writable. Give every silo a folder of its own. ({e.Message})", e);
        }
    }

    private static void RequireEmpty(string path)
    {
        if (Directory.EnumerateDirectories(path).Any(folder => !Quarantine.IsQuarantine(folder)))
        {
            throw RaftStorageException.Damage(
                $"'{path}' holds data, but no 'members' file says whose.");
        }
    }

    private static void RequireSame(string path, string what, string found, string expected)
    {
        if (found != expected)
        {
            throw new RaftStorageException(
                $"'{path}' belongs to {what} '{found}'; this member is configured for '{expected}'. Correct the configuration, or choose another folder.");
        }
    }
}
