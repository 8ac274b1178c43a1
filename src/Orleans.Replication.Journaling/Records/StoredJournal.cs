using System.Globalization;
using Orleans.Journaling;
using Orleans.Replication.Raft;

namespace Orleans.Replication.Journaling.Records;

/// <summary>What is known of a journal beside its segments.</summary>
/// <param name="Header">Its header.</param>
/// <param name="Version">The version of the header: the condition of the next change of the content.</param>
/// <param name="Properties">The caller's properties.</param>
/// <param name="ETag">Changes with the content and with the properties. A version as well: the later of both.</param>
internal sealed record StoredJournal(JournalHeader Header, long Version, SortedDictionary<string, string> Properties, long ETag)
{
    /// <summary>Reads it; null when there is no such journal.</summary>
    /// <exception cref="InvalidDataException">It was written by other software.</exception>
    public static StoredJournal? Find(ReadOnlySpan<byte> key, IStateReader state)
    {
        if (!state.TryGet(key, out var header))
            return null;
        if (!state.TryGet(JournalKeys.Properties(key), out var properties))
            return new(JournalHeader.Decode(header.Value.Span), header.Version, PropertyChanges.None.Set, header.Version);
        var changes = PropertyChanges.TryDecode(properties.Value) ?? throw new InvalidDataException("The properties of a journal cannot be read: they were written by other software.");
        return new(JournalHeader.Decode(header.Value.Span), header.Version, changes.Set, Math.Max(header.Version, properties.Version));
    }

    /// <summary>As Orleans has it.</summary>
    public IJournalMetadata ToMetadata() =>
        new JournalMetadata(Header.Format.Length == 0 ? null : Header.Format, ETag.ToString(CultureInfo.InvariantCulture), Properties);
}
