using System.Globalization;
using Orleans.Replication.Raft.Membership;
using Orleans.Replication.Raft.State;

namespace Orleans.Replication.Raft.Divergence;

/// <summary>Members whose states have changed differently up to one log entry.</summary>
/// <param name="Since">From which entry the hashes are.</param>
/// <param name="Index">Up to which entry.</param>
/// <param name="Hashes">Each member's hash there.</param>
/// <param name="Agreed">The hash of a majority of the voters; null when there is none.</param>
internal sealed record StateDifference(long Since, long Index, IReadOnlyDictionary<string, UInt128> Hashes, UInt128? Agreed)
{
    /// <summary>The members whose hash is not the majority's; none when there is no majority.</summary>
    public IReadOnlyList<string> Differing =>
        Agreed is { } agreed ? [.. Hashes.Where(member => member.Value != agreed).Select(member => member.Key).Order(StringComparer.Ordinal)] : [];

    /// <summary>
    /// Compares what members say at the entries that several of them know. A majority is one of all voters, not of those that have answered: two of three that differ have none before the
    /// third is heard.
    /// </summary>
    /// <returns>The earliest difference that a majority decides; else the earliest; null when all that can be compared is equal.</returns>
    public static StateDifference? Find(IReadOnlyDictionary<string, IReadOnlyList<StateDigest>> told, GroupConfiguration members)
    {
        var differences = told
            .Where(member => members.Find(member.Key) is not null)
            .SelectMany(member => member.Value.Select(digest => (Member: member.Key, Digest: digest)))
            .GroupBy(known => (known.Digest.Since, known.Digest.Index))
            .OrderBy(point => point.Key.Index)
            .Select(point => Of(point.Key, point.DistinctBy(known => known.Member).ToDictionary(known => known.Member, known => known.Digest.Hash), members))
            .OfType<StateDifference>()
            .ToList();
        return differences.Find(difference => difference.Agreed is not null) ?? differences.FirstOrDefault();
    }

    /// <summary>True when the members are equal at a later entry, hashed since the same one: then they have become equal in between.</summary>
    public bool IsSettledBy(IReadOnlyDictionary<string, IReadOnlyList<StateDigest>> told)
    {
        var later = Hashes.Keys
            .Select(member => told.GetValueOrDefault(member, []).Where(digest => digest.Since == Since && digest.Index >= Index).ToHashSet())
            .ToList();
        return later[0].Any(digest => later.TrueForAll(others => others.Contains(digest)));
    }

    /// <inheritdoc/>
    public override string ToString() => string.Join(
        ", ", Hashes.OrderBy(member => member.Key, StringComparer.Ordinal).Select(member => string.Create(CultureInfo.InvariantCulture, $"{member.Key} {member.Value:x32}")));

    private static StateDifference? Of((long Since, long Index) point, Dictionary<string, UInt128> hashes, GroupConfiguration members)
    {
        var groups = hashes.GroupBy(member => member.Value, member => member.Key).ToList();
        if (groups.Count < 2)
            return null;
        var agreed = groups.Find(group => members.IsMajority(group.Contains));
        return new StateDifference(point.Since, point.Index, hashes, agreed?.Key);
    }
}
