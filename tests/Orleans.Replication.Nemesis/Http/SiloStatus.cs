using System.Text.Json;

namespace Orleans.Replication.Nemesis.Http;

/// <summary>What <c>/status</c> says about a silo and its replica of the group <c>default</c>.</summary>
internal sealed record SiloStatus(string PeerId, string Role, long Term, string? Leader, long CommitIndex, long AppliedIndex, string? Quarantine)
{
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web);

    /// <summary>Reads the JSON; null when it does not speak of that group.</summary>
    public static SiloStatus? Parse(byte[] json)
    {
        var wire = JsonSerializer.Deserialize<Wire>(json, Format)!;
        return wire.Groups.SingleOrDefault(group => group.Name == "default") is { } group
            ? new SiloStatus(wire.PeerId, group.Role, group.Term, group.Leader, group.CommitIndex, group.AppliedIndex, group.Quarantine)
            : null;
    }

    private sealed record Wire(string PeerId, Group[] Groups);

    private sealed record Group(string Name, string Role, long Term, string? Leader, long CommitIndex, long AppliedIndex, string? Quarantine);
}
