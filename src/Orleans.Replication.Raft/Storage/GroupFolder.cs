using Microsoft.Extensions.Logging;
using Orleans.Replication.Raft.Membership;

namespace Orleans.Replication.Raft.Storage;

/// <summary>
/// A group's folder: opened by one process at a time, and only by the member, group and cluster that made it. Nothing in it is deleted without
/// being told to.
/// </summary>
internal sealed partial class GroupFolder : IDisposable
{
    private readonly FileStream _lock;
    private readonly System.Threading.Lock _changing = new();
    private readonly string _membersPath;
    private volatile MembersFile _members;
    private FlushGuard? _flushed;

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

    /// <summary>What the folder belongs to.</summary>
    public MembersFile Members => _members;

    /// <summary>Which life of the group this member belongs to; null while it has no history and has not heard of any.</summary>
    public string? Incarnation => _members.Incarnation;

    /// <summary>The last log entry that is no history of this incarnation of the group.</summary>
    public long Base => _members.Base;

    /// <summary>True when this member may vote.</summary>
    public bool IsAdmitted => _members.Admitted;

    /// <summary>True once the log may hold what this member has acknowledged.</summary>
    public bool IsLogBegun => _members.LogBegun;

    private string Vote => System.IO.Path.Combine(Path, "vote");

    /// <summary>How far the log was flushed.</summary>
    public static string FlushedIn(string path) => System.IO.Path.Combine(path, "flushed");

    /// <summary>Why this member's files were moved aside, as long as its peers have not made it whole again; null otherwise.</summary>
    public string? QuarantineReason => _members is { Replaced: true, Admitted: false } ? Quarantine.ReadReason(Path) ?? "the files of this member were damaged" : null;

    /// <summary>How often this member's files were moved aside for a reason of some kind.</summary>
    public int CountQuarantines(Func<string, bool> isReason) => Quarantine.ReadReasons(Path).Count(isReason);

    /// <summary>Moves all files of a group aside.</summary>
    /// <returns>Where they are now.</returns>
    public static string MoveAside(RaftNodeOptions node, RaftGroupOptions group, string reason, DateTimeOffset now)
    {
        var path = PathOf(node.DataDirectory, group.Name);
        using var @lock = TakeLock(path);
        return Quarantine.MoveAll(path, reason, now);
    }

    /// <summary>The voters that the group began with, and behind which entry it did.</summary>
    public required LoggedConfiguration Bootstrap { get; init; }

    /// <exception cref="RaftStorageException">The folder is in use, belongs to somebody else, or lacks files of the log.</exception>
    public static GroupFolder Open(RaftNodeOptions node, RaftGroupOptions group, ILogger logger)
    {
        var path = PathOf(node.DataDirectory, group.Name);
        Directory.CreateDirectory(path);
        var @lock = TakeLock(path);
        try
        {
            var named = group.Voters.OrderBy(voter => voter.Id, StringComparer.Ordinal).ToList();
            var voters = named.Select(voter => voter.Id).ToList();
            var addresses = named.Select(voter => node.FormatEndPoint(voter.EndPoint)).ToList();
            var members = MembersFile.Read(MembersPath(path));
            if (members is null)
            {
                RequireEmpty(path);

                // A member that is alone has nobody to ask whether it may vote.
                var isReplaced = Quarantine.ReadReason(path) is not null;
                var isAlone = voters is [var only] && only == node.Local.Id && !isReplaced;
                members = new MembersFile(MembersFile.FormatVersion, node.ClusterId, group.Name, node.Local.Id, voters, isAlone, LogBegun: false, addresses)
                {
                    Incarnation = isAlone ? Backups.Incarnation.Original : null,
                    Replaced = isReplaced,
                };
                members.Write(MembersPath(path));
            }

            RequireSame(path, "cluster", members.Cluster, node.ClusterId);
            RequireSame(path, "group", members.Group, group.Name);
            RequireSame(path, "member", members.Member, node.Local.Id);
            if (!members.Voters.SequenceEqual(voters) && !members.Voters.Contains(node.Local.Id) && !members.LogBegun)
            {
                // It was to be added to a group and is not yet: whom to ask is for the configuration to say.
                members = members with { Voters = voters, Addresses = addresses };
                members.Write(MembersPath(path));
            }
            else if (!members.Voters.SequenceEqual(voters))
            {
                LogOtherVoters(logger, group.Name, members.Voters, voters);
            }

            var folder = new GroupFolder(path, @lock, members)
            {
                Bootstrap = new LoggedConfiguration(members.RecoveredAt, GroupConfiguration.Of(PeersIn(members, group, node))),
            };
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

    /// <summary>Compares the log with what this member has said of it; for as long as this folder is open.</summary>
    /// <exception cref="RaftStorageException">The log has lost entries.</exception>
    public FlushGuard OpenFlushGuard((long Snapshot, long State) contained) => _flushed = FlushGuard.Open(FlushedIn(Path), Log, IsLogBegun, contained);

    /// <summary>Remembers that the log is about to hold what this member acknowledges.</summary>
    public void BeginLog() => Change(members => members with { LogBegun = true });

    /// <summary>Remembers which life of the group this member belongs to from now on.</summary>
    public void Adopt(string incarnation)
    {
        if (Incarnation is null)
            Change(members => members with { Incarnation = incarnation });
    }

    public void Dispose()
    {
        _flushed?.Dispose();
        _lock.Dispose();
    }

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

    /// <summary>Where a group's folder is.</summary>
    public static string PathOf(string dataDirectory, string group) => System.IO.Path.Combine(dataDirectory, "groups", group);

    /// <summary>Keeps other processes out of a group's folder until the result is disposed of.</summary>
    /// <exception cref="RaftStorageException">The folder is in use.</exception>
    public static FileStream TakeLock(string folder)
    {
        var path = System.IO.Path.Combine(folder, "lock");
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

    /// <summary>Files of earlier software have no addresses: those voters have to be in the options, as they had to then.</summary>
    private static IEnumerable<RaftPeer> PeersIn(MembersFile members, RaftGroupOptions group, RaftNodeOptions node)
    {
        for (var i = 0; i < members.Voters.Count; i++)
        {
            var id = members.Voters[i];
            yield return group.Voters.FirstOrDefault(voter => voter.Id == id) ?? (members.Addresses is { } addresses && addresses.Count == members.Voters.Count
                ? new RaftPeer(id, node.ParseEndPoint(addresses[i]))
                : throw new RaftStorageException($"The group began with voter '{id}', and nothing says where it is. Name it in {nameof(RaftGroupOptions.Voters)} once more."));
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

    [LoggerMessage(Level = LogLevel.Information, Message = "Group '{Group}' began with the voters {Known}; the options name {Named}. The group goes by its log; the options are not used.")]
    private static partial void LogOtherVoters(ILogger logger, string group, IReadOnlyList<string> known, IReadOnlyList<string> named);
}
