using System.Text.Json;
using System.Text.Json.Serialization;

namespace Orleans.Replication.Raft.Storage;

/// <summary>What a group's folder belongs to: <c>groups/&lt;group&gt;/members</c>.</summary>
/// <param name="Version">The version of everything in the folder.</param>
/// <param name="Cluster">The cluster.</param>
/// <param name="Group">The group.</param>
/// <param name="Member">The member whose log and votes these are.</param>
/// <param name="Voters">The ids of the voters, sorted.</param>
/// <param name="Admitted">False until the group has agreed that this member, whose disk was empty, may vote (SAFETY 12).</param>
/// <param name="Replaced">True when damaged files of this member were moved aside here: the group has a history, whatever else its members say.</param>
/// <param name="VoteBegun">True once this member's last vote is in a file of its own: from then on that has to be there.</param>
/// <param name="LogBegun">True once the log may hold what this member has acknowledged: from then on it has to be there.</param>
internal sealed record MembersFile(
    int Version, string Cluster, string Group, string Member, IReadOnlyList<string> Voters, bool Admitted, bool LogBegun = false, bool Replaced = false, bool VoteBegun = false)
{
    public const int FormatVersion = 1;

    /// <returns>The content; null when there is no file.</returns>
    /// <exception cref="RaftStorageException">It is damaged or of another version.</exception>
    public static MembersFile? Read(string path)
    {
        if (!File.Exists(path))
            return null;
        try
        {
            var file = JsonSerializer.Deserialize(File.ReadAllText(path), MembersFileJson.Default.MembersFile);
            return file is { Version: FormatVersion }
                ? file
                : throw new RaftStorageException($"'{path}' is of format version {file?.Version}; this software reads version {FormatVersion}.");
        }
        catch (JsonException e)
        {
            throw RaftStorageException.Damage($"'{path}' is damaged: {e.Message}", e);
        }
    }

    public void Write(string path) => DurableFile.WriteText(path, JsonSerializer.Serialize(this, MembersFileJson.Default.MembersFile));
}

[JsonSerializable(typeof(MembersFile))]
[JsonSourceGenerationOptions(WriteIndented = true)]
internal sealed partial class MembersFileJson : JsonSerializerContext;
