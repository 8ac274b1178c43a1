using Orleans.Replication.Keys;
using Orleans.Runtime;

namespace Orleans.Replication.Journals.Records;

/// <summary>
/// The keys of one journal: provider name and grain, then one byte for the kind of record, and for events their place. Events lie in their order, so
/// that a part of a journal is read without the rest.
/// </summary>
internal static class JournalKeys
{
    private const byte HeaderMark = 1;
    private const byte EventMark = 2;

    /// <summary>Events have the longest keys.</summary>
    private const int LongestSuffixBytes = 1 + sizeof(long);

    /// <summary>The key of the header, which is also that of every command.</summary>
    /// <exception cref="ArgumentException">The names are too long.</exception>
    public static byte[] Header(string providerName, GrainId grainId)
    {
        var key = new KeyWriter().Part(providerName).Part(grainId.Type.AsSpan()).Part(grainId.Key.AsSpan()).Mark(HeaderMark).ToKey();
        return key.Length + LongestSuffixBytes <= KeyWriter.MaxBytes ? key : throw new ArgumentException($"The name of grain {grainId} is too long.");
    }

    /// <summary>True when the key can be that of a header.</summary>
    public static bool IsHeader(ReadOnlySpan<byte> key) => key.Length is > 0 and <= KeyWriter.MaxBytes - LongestSuffixBytes && key[^1] == HeaderMark;

    /// <summary>True when the key is one that <see cref="Header"/> makes: no key of another record of a journal is.</summary>
    public static bool IsOfJournal(ReadOnlySpan<byte> key)
    {
        var reader = new KeyReader(key);
        return IsHeader(key) && reader.TryReadPart(out _) && reader.TryReadPart(out var type) && !type.IsEmpty && reader.TryReadPart(out _) && reader.Rest.Length == 1;
    }

    /// <summary>The least key behind all events.</summary>
    /// <param name="header">The key of the header.</param>
    public static byte[] EndOfEvents(ReadOnlySpan<byte> header) => new KeyWriter().Last(header[..^1]).Mark(EventMark + 1).ToKey();

    /// <summary>The key of an event; also the end of the keys before it.</summary>
    /// <param name="header">The key of the header.</param>
    /// <param name="place">How many events are before it.</param>
    public static byte[] Event(ReadOnlySpan<byte> header, long place) => new KeyWriter().Last(header[..^1]).Mark(EventMark).Number(place).ToKey();
}
