using System.Globalization;
using System.IO.Hashing;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace Orleans.Replication.Raft.Storage;

/// <summary>What a group's folder belongs to: <c>groups/&lt;group&gt;/members</c>.</summary>
/// <param name="Version">The version of everything in the folder.</param>
/// <param name="Cluster">The cluster.</param>
/// <param name="Group">The group.</param>
/// <param name="Member">The member whose log and votes these are.</param>
/// <param name="Voters">The ids of the voters that the group began with, or that the member was told of, sorted. Later ones are in the log and the state.</param>
/// <param name="Admitted">False until the group has agreed that this member, whose disk was empty, may vote (SAFETY 12).</param>
/// <param name="LogBegun">True once the log may hold what this member has acknowledged: from then on it has to be there.</param>
/// <param name="Addresses">Where the voters were, in the order of their ids. Null in files of earlier software.</param>
internal sealed partial record MembersFile(
    int Version, string Cluster, string Group, string Member, IReadOnlyList<string> Voters, bool Admitted, bool LogBegun = false, IReadOnlyList<string>? Addresses = null)
{
    public const int FormatVersion = 1;

    /// <summary>Which life of the group this is (<see cref="Backups.Incarnation"/>); null for a member without history that has not heard of the group yet.</summary>
    public string? Incarnation { get; init; }

    /// <summary>True when damaged files of this member were moved aside here: the group has a history, whatever else its members say.</summary>
    public bool Replaced { get; init; }

    /// <summary>True once this member's last vote is in a file of its own: from then on that has to be there.</summary>
    public bool VoteBegun { get; init; }

    /// <summary>The last log entry of the backup that the group was restored from; 0 for one that was not. Without entries behind it, a member has no history.</summary>
    public long Base { get; init; }

    /// <summary>
    /// The last log entry at the moment when the group was recovered from one survivor; 0 for one that was not. Configurations up to it are those of the group's former life:
    /// <see cref="Voters"/> counts instead.
    /// </summary>
    public long RecoveredAt { get; init; }

    /// <summary>XxHash3 of the text with 0 in this place, so that fields of later software are in it too; 0 in files of earlier software.</summary>
    [JsonPropertyOrder(-1)]
    public ulong Checksum { get; init; }

    /// <returns>The content; null when there is no file.</returns>
    /// <exception cref="RaftStorageException">It is damaged or of another version.</exception>
    public static MembersFile? Read(string path)
    {
        if (!File.Exists(path))
            return null;
        try
        {
            var text = File.ReadAllText(path);
            var file = JsonSerializer.Deserialize(text, MembersFileJson.Default.MembersFile);
            if (file is { Version: FormatVersion, Checksum: > 0 } && file.Checksum != HashOf(InChecksum().Replace(text, "0", 1)))
                throw RaftStorageException.Damage($"'{path}' is damaged: its checksum is wrong.");
            return file is { Version: FormatVersion }
                ? file.WithOriginalIncarnation()
                : throw new RaftStorageException($"'{path}' is of format version {file?.Version}; this software reads version {FormatVersion}.");
        }
        catch (JsonException e)
        {
            throw RaftStorageException.Damage($"'{path}' is damaged: {e.Message}", e);
        }
    }

    /// <summary>A file from before there were incarnations has none, and its group is the original one.</summary>
    private MembersFile WithOriginalIncarnation() => Incarnation is null && (Admitted || LogBegun) ? this with { Incarnation = Backups.Incarnation.Original } : this;

    public void Write(string path)
    {
        var text = JsonSerializer.Serialize(this with { Checksum = 0 }, MembersFileJson.Default.MembersFile);
        DurableFile.WriteText(path, InChecksum().Replace(text, HashOf(text).ToString(CultureInfo.InvariantCulture), 1));
    }

    private static ulong HashOf(string text) => XxHash3.HashToUInt64(Encoding.UTF8.GetBytes(text));

    [GeneratedRegex("(?<=\"Checksum\": )[0-9]+")]
    private static partial Regex InChecksum();
}

[JsonSerializable(typeof(MembersFile))]
[JsonSourceGenerationOptions(WriteIndented = true)]
internal sealed partial class MembersFileJson : JsonSerializerContext;
