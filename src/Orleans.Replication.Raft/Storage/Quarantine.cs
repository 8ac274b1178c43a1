using System.Globalization;

namespace Orleans.Replication.Raft.Storage;

/// <summary>
/// Where the damaged files of a group's folder go: <c>quarantine-&lt;UTC time&gt;/</c>, with the reason beside them. Nothing is deleted. What was moved in part
/// only, by a process that ended meanwhile, is no whole folder either and is moved at the next start.
/// </summary>
internal static class Quarantine
{
    private const string Prefix = "quarantine-";
    private const string ReasonName = "reason.txt";
    private const string LockName = "lock";

    public static bool IsQuarantine(string path) => Path.GetFileName(path).StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>Moves everything of a group's folder aside. The caller has locked it.</summary>
    /// <returns>Where it is now.</returns>
    public static string MoveAll(string folder, string reason, DateTimeOffset now) =>
        Move(folder, [.. Directory.EnumerateFileSystemEntries(folder).Where(path => !IsQuarantine(path) && Path.GetFileName(path) != LockName)], reason, now);

    /// <summary>Moves some files or folders of a group's folder aside.</summary>
    /// <returns>Where they are now.</returns>
    public static string Move(string folder, IReadOnlyList<string> paths, string reason, DateTimeOffset now)
    {
        var target = Path.Combine(folder, Prefix + now.UtcDateTime.ToString("yyyyMMdd'T'HHmmssfff'Z'", CultureInfo.InvariantCulture));
        while (Directory.Exists(target))
            target += "-again";
        Directory.CreateDirectory(target);
        DurableFile.WriteText(Path.Combine(target, ReasonName), reason);
        foreach (var path in paths)
            Directory.Move(path, Path.Combine(target, Path.GetFileName(path)));
        DurableFile.SyncFolder(target);
        DurableFile.SyncFolder(folder);
        return target;
    }

    /// <summary>Why something was moved aside, each time that is still here.</summary>
    public static IEnumerable<string> ReadReasons(string folder) =>
        Directory.EnumerateDirectories(folder).Where(IsQuarantine).Select(path => Path.Combine(path, ReasonName)).Where(File.Exists).Select(File.ReadAllText);

    /// <summary>Why something was moved aside last; null when nothing was.</summary>
    public static string? ReadReason(string folder)
    {
        var last = Directory.EnumerateDirectories(folder).Where(IsQuarantine).Max(StringComparer.Ordinal);
        if (last is null)
            return null;
        var reason = Path.Combine(last, ReasonName);
        return File.Exists(reason) ? File.ReadAllText(reason) : $"see '{last}'";
    }
}
