using System.Text.Json;
using System.Text.Json.Serialization;
using Orleans.Replication.Raft.Storage;

namespace Orleans.Replication.Raft.Snapshots;

/// <summary>What a snapshot's folder contains. Written last: a folder without it is not complete.</summary>
internal sealed record SnapshotManifest(int Version, string Group, long Index, long Term)
{
    public const int FormatVersion = 1;
    public const string FileName = "snapshot.json";

    public void Write(string folder) =>
        DurableFile.WriteText(Path.Combine(folder, FileName), JsonSerializer.Serialize(this, SnapshotManifestJson.Default.SnapshotManifest));

    /// <returns>The manifest; null when the folder is not complete.</returns>
    /// <exception cref="RaftStorageException">The snapshot is of another format version or group, or its manifest is damaged.</exception>
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
            throw new RaftStorageException($"'{path}' is damaged: {e.Message}", e);
        }

        return manifest is { Version: FormatVersion } && manifest.Group == group
            ? manifest
            : throw new RaftStorageException(
                $"'{path}' is of format version {manifest?.Version} and group '{manifest?.Group}'; version {FormatVersion} of group '{group}' was expected.");
    }
}

[JsonSerializable(typeof(SnapshotManifest))]
internal sealed partial class SnapshotManifestJson : JsonSerializerContext;
