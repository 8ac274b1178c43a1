using System.Globalization;
using RocksDbSharp;

namespace Orleans.Replication.Nemesis.Snapshots;

/// <summary>What is in a silo's data folder, of the group <c>default</c>.</summary>
/// <param name="data">The folder.</param>
internal sealed class SiloDisk(string data)
{
    private string Group => Path.Combine(data, "groups", "default");

    private string Snapshots => Path.Combine(Group, "snapshots");

    /// <summary>True while the log still goes back to its first entry, so that nobody needs a snapshot.</summary>
    public bool HasWholeLog => File.Exists(Path.Combine(Group, "log", "metadata", "0"));

    /// <summary>True when there is a snapshot that is complete: taken here, or sent by the leader.</summary>
    public bool HasSnapshot => Directory.Exists(Snapshots) && Directory.EnumerateDirectories(Snapshots).Any(folder => Path.GetFileName(folder).All(char.IsAsciiDigit));

    /// <summary>Loses everything but the identity; the silo must not be running.</summary>
    public void Wipe() => Directory.Delete(Path.Combine(data, "groups"), recursive: true);

    /// <summary>Reads everything that is in the snapshot of a log index: keys and values in hexadecimal.</summary>
    public SortedDictionary<string, string> ReadSnapshot(long index)
    {
        var folder = Path.Combine(Snapshots, index.ToString("D20", CultureInfo.InvariantCulture));
        using var rocks = RocksDb.OpenReadOnly(new DbOptions().SetInfoLogLevel(InfoLogLevel.Fatal), folder, errorIfLogFileExists: false);
        using var iterator = rocks.NewIterator();
        var records = new SortedDictionary<string, string>(StringComparer.Ordinal);
        for (iterator.SeekToFirst(); iterator.Valid(); iterator.Next())
            records[Convert.ToHexString(iterator.Key())] = Convert.ToHexString(iterator.Value());
        return records;
    }
}
