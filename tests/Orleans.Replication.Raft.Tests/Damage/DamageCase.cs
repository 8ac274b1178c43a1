namespace Orleans.Replication.Raft.Tests.Damage;

/// <summary>One row of the matrix.</summary>
/// <param name="What">What the file is, for people.</param>
/// <param name="Pattern">Where it is in the group's folder; a <c>*</c> stands for one name, and the last of those in their order counts.</param>
/// <param name="Kind">What becomes of it.</param>
/// <param name="IsKilled">The member's disk is as its death would leave it: the state on it is behind the log.</param>
internal sealed record DamageCase(string What, string Pattern, DamageKind Kind, bool IsKilled = false)
{
    private static readonly DamageKind[] OfFiles = [DamageKind.FlippedBit, DamageKind.TornTail, DamageKind.ZeroedPage, DamageKind.Missing];

    /// <summary>Every file that a member has, with everything that can become of it; and the folders, which can be lost.</summary>
    public static IReadOnlyList<DamageCase> All { get; } =
    [
        .. File("log: data page", "log/data/*"),
        .. File("log: metadata page", "log/metadata/*"),
        .. File("log: how far it goes", "log/checkpoint"),
        .. Killed("log: how far it goes", "log/checkpoint", DamageKind.LowerLastIndex, DamageKind.HigherLastIndex, DamageKind.LowerCommitIndex, DamageKind.HigherCommitIndex),
        .. File("log: how far it was flushed", "flushed"),
        .. Killed("log: how far it was flushed", "flushed", DamageKind.FlippedBit, DamageKind.Missing),
        .. File("log: the engine's vote", "log/state"),
        .. File("the last vote", "vote"),
        .. File("whose folder it is", "members"),
        .. File("state: which generation counts", "state/current"),
        .. File("state: CURRENT", "state/*/CURRENT"),
        .. File("state: MANIFEST", "state/*/MANIFEST-*"),
        .. File("state: table file", "state/*/*.sst"),
        .. File("snapshot: manifest", "snapshots/*/snapshot.json"),
        .. File("snapshot: table file", "snapshots/*/*.sst"),
        new("log: data folder", "log/data", DamageKind.Missing),
        new("log: metadata folder", "log/metadata", DamageKind.Missing),
        new("log: folder", "log", DamageKind.Missing),
        new("state: folder", "state", DamageKind.Missing),
        new("snapshots: folder", "snapshots", DamageKind.Missing),
        new("the group's folder", "", DamageKind.Missing),
    ];

    /// <summary>The file or folder.</summary>
    public string Find(string groupFolder)
    {
        var found = new List<string> { groupFolder };
        foreach (var name in Pattern.Split('/', StringSplitOptions.RemoveEmptyEntries))
            found = [.. found.Where(Directory.Exists).SelectMany(folder => Directory.EnumerateFileSystemEntries(folder, name)).OrderBy(path => path.Length).ThenBy(path => path, StringComparer.Ordinal)];
        found.RemoveAll(path => LogEnd.In(path) == 0);
        return found.Count > 0 ? found[^1] : throw new InvalidOperationException($"There is no '{Pattern}' in '{groupFolder}'.");
    }

    public override string ToString() => $"{What} ({Pattern}), {Kind}{(IsKilled ? ", killed" : string.Empty)}";

    private static IEnumerable<DamageCase> Killed(string what, string pattern, params DamageKind[] kinds) => kinds.Select(kind => new DamageCase(what, pattern, kind, IsKilled: true));

    private static IEnumerable<DamageCase> File(string what, string pattern) => OfFiles.Select(kind => new DamageCase(what, pattern, kind));
}
