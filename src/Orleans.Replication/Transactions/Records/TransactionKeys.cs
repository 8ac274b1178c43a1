using Orleans.Replication.Keys;
using Orleans.Runtime;

namespace Orleans.Replication.Transactions.Records;

/// <summary>
/// The keys of one transactional state: provider name, grain and state name, then one byte for the kind of record, and for prepared states their
/// sequence number. So a change touches the records that it changes, and no others.
/// </summary>
internal static class TransactionKeys
{
    private const byte HeaderMark = 1;
    private const byte CommittedMark = 2;
    private const byte PreparedMark = 3;

    /// <summary>Prepared states have the longest keys.</summary>
    private const int LongestSuffixBytes = 1 + sizeof(long);

    /// <summary>The key of the header, which is also that of every command.</summary>
    /// <exception cref="ArgumentException">The names are too long.</exception>
    public static byte[] Header(string providerName, GrainId grainId, string stateName)
    {
        var key = new KeyWriter()
            .Part(providerName)
            .Part(grainId.Type.AsSpan())
            .Part(grainId.Key.AsSpan())
            .Part(stateName)
            .Mark(HeaderMark)
            .ToKey();
        return key.Length + LongestSuffixBytes <= KeyWriter.MaxBytes
            ? key
            : throw new ArgumentException($"The names of grain {grainId} and its state '{stateName}' are too long together.");
    }

    /// <summary>True when the key can be that of a header.</summary>
    public static bool IsHeader(ReadOnlySpan<byte> key) => key.Length is > 0 and <= KeyWriter.MaxBytes - LongestSuffixBytes && key[^1] == HeaderMark;

    /// <summary>True when the key is one that <see cref="Header"/> makes: no key of another record of a state is.</summary>
    public static bool IsOfState(ReadOnlySpan<byte> key)
    {
        var reader = new KeyReader(key);
        return IsHeader(key)
            && reader.TryReadPart(out _)
            && reader.TryReadPart(out var type)
            && !type.IsEmpty
            && reader.TryReadPart(out _)
            && reader.TryReadPart(out _)
            && reader.Rest.Length == 1;
    }

    /// <summary>The key of the committed state.</summary>
    public static byte[] Committed(ReadOnlySpan<byte> header) => new KeyWriter().Last(header[..^1]).Mark(CommittedMark).ToKey();

    /// <summary>The key of a prepared state; also the least key of those with this number or a later one.</summary>
    public static byte[] Prepared(ReadOnlySpan<byte> header, long sequence) => new KeyWriter().Last(header[..^1]).Mark(PreparedMark).Number(sequence).ToKey();

    /// <summary>The least key behind all prepared states.</summary>
    public static byte[] EndOfPrepared(ReadOnlySpan<byte> header) => new KeyWriter().Last(header[..^1]).Mark(PreparedMark + 1).ToKey();

    /// <summary>The sequence number in the key of a prepared state.</summary>
    /// <exception cref="InvalidDataException">The key was written by other software.</exception>
    public static long SequenceOf(ReadOnlySpan<byte> prepared)
    {
        var reader = new KeyReader(prepared[Math.Max(0, prepared.Length - sizeof(long))..]);
        return reader.TryReadNumber(out long sequence)
            ? sequence
            : throw new InvalidDataException("The key of a prepared state cannot be read: it was written by other software.");
    }
}
