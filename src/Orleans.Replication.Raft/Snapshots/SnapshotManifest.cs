using System.Text.Json;
using System.Text.Json.Serialization;
using Orleans.Replication.Raft.Storage;

namespace Orleans.Replication.Raft.Snapshots;

/// <summary>What a snapshot's folder contains. Written last: a folder without it is not complete.</summary>
/// <param name="Version">The format's version: 1 has no files and no checksum.</param>
/// <param name="Group">The group.</param>
/// <param name="Index">The last log entry in it.</param>
/// <param name="Term">That entry's term.</param>
/// <param name="Files">Its files, in the order of their names.</param>
/// <param name="Checksum">Of the whole (<see cref="SnapshotChecksums.OfWhole"/>).</param>
internal sealed record SnapshotManifest(
    int Version, string Group, long Index, long Term, IReadOnlyList<SnapshotPart>? Files = null, ulong Checksum = 0)
{
    public const int FormatVersion = 2;
    public const string FileName = "snapshot.json";

    private const int VersionWithoutFiles = 1;

    /// <summary>The manifest of a complete set of files.</summary>
    public static SnapshotManifest Of(string group, long index, long term, IReadOnlyList<SnapshotPart> files) =>
        new(FormatVersion, group, index, term, files, SnapshotChecksums.OfWhole(index, term, files));

    public void Write(string folder) =>
        DurableFile.WriteText(Path.Combine(folder, FileName), JsonSerializer.Serialize(this, SnapshotManifestJson.Default.SnapshotManifest));

    /// <returns>The manifest; null when the folder is not complete.</returns>
    /// <exception cref="RaftStorageException">The snapshot is of another format version or group, or damaged as far as names and lengths tell.</exception>
    public static SnapshotManifest? Read(string folder, string group)
    {
        var path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
            return null;
        SnapshotManifest? manifest;
        try
        {
            manifest = JsonSerializer.Deserialize(File.ReadAllText(path), SnapshotManifestJson.Default.SnapshotManifest);
        }
        catch (JsonException e)
        {
            throw RaftStorageException.Damage($"'{path}' is damaged: {e.Message}", e);
        }

        if (manifest is not { Version: FormatVersion or VersionWithoutFiles } || manifest.Group != group)
        {
            throw new RaftStorageException(
                $"'{path}' is of format version {manifest?.Version} and group '{manifest?.Group}'; version {FormatVersion} of group '{group}' was expected.");
        }

        if (manifest.Version == FormatVersion)
            manifest.RequireFiles(path, folder);
        return manifest;
    }

    private void RequireFiles(string path, string folder)
    {
        if (Files is not { Count: > 0 } || Checksum != SnapshotChecksums.OfWhole(Index, Term, Files))
            throw RaftStorageException.Damage($"'{path}' is damaged: its checksum is wrong.");
        foreach (var part in Files)
        {
            var file = new FileInfo(Path.Combine(folder, part.Name));
            if (!file.Exists || file.Length != part.Length)
                throw RaftStorageException.Damage($"'{file.FullName}' is damaged: it has {(file.Exists ? file.Length : 0)} bytes instead of {part.Length}.");
        }
    }
}

[JsonSerializable(typeof(SnapshotManifest))]
internal sealed partial class SnapshotManifestJson : JsonSerializerContext;
