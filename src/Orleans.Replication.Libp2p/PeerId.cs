using System.Security.Cryptography;
using Orleans.Replication.Libp2p.Addresses;
using SimpleBase;

namespace Orleans.Replication.Libp2p;

/// <summary>
/// The name of a peer: the multihash of its public key (libp2p specs, peer-ids.md). Whoever answers under this name can prove it. Immutable.
/// </summary>
/// <remarks>
/// Written as base58btc (<c>12D3KooW…</c>); read in that form and as a CIDv1 (<c>bafzaa…</c>). Ids order by their bytes.
/// </remarks>
public readonly struct PeerId : IEquatable<PeerId>, IComparable<PeerId>, ISpanParsable<PeerId>, ISpanFormattable
{
    /// <summary>A public key of at most this many bytes is contained in its peer id whole; a longer one is hashed.</summary>
    private const int MaxInlineKeyBytes = 42;
    private const byte IdentityHash = 0x00;
    private const byte Sha256Hash = 0x12;
    private const int Sha256Bytes = 32;

    /// <summary>The longest text that can hold a peer id, in any multibase; longer text is not even decoded.</summary>
    private const int MaxTextLength = 128;

    private readonly byte[]? _multihash;

    private PeerId(byte[] multihash) => _multihash = multihash;

    /// <summary>The multihash; empty for the default value, which names nobody.</summary>
    public ReadOnlyMemory<byte> Multihash => _multihash;

    /// <summary>Whether this is the default value, which names nobody.</summary>
    public bool IsEmpty => _multihash is null;

    /// <summary>Whether two ids name the same peer.</summary>
    public static bool operator ==(PeerId left, PeerId right) => left.Equals(right);

    /// <summary>Whether two ids name different peers.</summary>
    public static bool operator !=(PeerId left, PeerId right) => !left.Equals(right);

    /// <summary>Whether <paramref name="left"/> comes before <paramref name="right"/> in the order of their bytes.</summary>
    public static bool operator <(PeerId left, PeerId right) => left.CompareTo(right) < 0;

    /// <summary>Whether <paramref name="left"/> comes after <paramref name="right"/> in the order of their bytes.</summary>
    public static bool operator >(PeerId left, PeerId right) => left.CompareTo(right) > 0;

    /// <summary>Whether <paramref name="left"/> does not come after <paramref name="right"/>.</summary>
    public static bool operator <=(PeerId left, PeerId right) => left.CompareTo(right) <= 0;

    /// <summary>Whether <paramref name="left"/> does not come before <paramref name="right"/>.</summary>
    public static bool operator >=(PeerId left, PeerId right) => left.CompareTo(right) >= 0;

    /// <summary>The id of the peer that owns <paramref name="key"/>.</summary>
    /// <param name="key">The public key.</param>
    public static PeerId FromPublicKey(PublicKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return key.PeerId;
    }

    /// <summary>Reads the binary form, a multihash: identity of at most 42 bytes, or SHA-256. Nothing throws.</summary>
    /// <param name="multihash">The bytes.</param>
    /// <param name="result">The id.</param>
    public static bool TryFromMultihash(ReadOnlySpan<byte> multihash, out PeerId result)
    {
        // Both codes and both lengths fit one byte, so the general multihash with its two varints is not needed.
        var valid = multihash.Length > 2
            && multihash[1] == multihash.Length - 2
            && (multihash[0] == IdentityHash ? multihash[1] <= MaxInlineKeyBytes : multihash[0] == Sha256Hash && multihash[1] == Sha256Bytes);
        result = valid ? new PeerId(multihash.ToArray()) : default;
        return valid;
    }

    /// <inheritdoc/>
    public static PeerId Parse(ReadOnlySpan<char> s, IFormatProvider? provider = null) => TryParse(s, provider, out var result)
        ? result
        : throw new FormatException($"'{s}' is no peer id: expected base58btc such as 12D3KooW…, or a CIDv1 of a libp2p key such as bafzaa….");

    /// <inheritdoc/>
    public static PeerId Parse(string s, IFormatProvider? provider = null)
    {
        ArgumentNullException.ThrowIfNull(s);
        return Parse(s.AsSpan(), provider);
    }

    /// <inheritdoc/>
    public static bool TryParse(string? s, IFormatProvider? provider, out PeerId result) => TryParse(s.AsSpan(), provider, out result);

    /// <inheritdoc/>
    public static bool TryParse(ReadOnlySpan<char> s, IFormatProvider? provider, out PeerId result)
    {
        result = default;
        if (s.Length is < 2 or > MaxTextLength)
            return false;

        int count;
        Span<byte> bytes = stackalloc byte[MaxTextLength];
        if (s[0] == '1' || s.StartsWith("Qm", StringComparison.Ordinal))
            return TextBase.TryDecodeBase58(s, bytes, out count) && TryFromMultihash(bytes[..count], out result);

        // A CIDv1 in a multibase: version 1, codec 0x72 (libp2p-key), then the multihash.
        return TextBase.TryDecodeMultibase(s, bytes, out count)
            && count > 2 && bytes[0] == 0x01 && bytes[1] == 0x72
            && TryFromMultihash(bytes[2..count], out result);
    }

    /// <summary>The public key, where the id contains it whole, as with Ed25519.</summary>
    /// <param name="key">The key.</param>
    public bool TryGetPublicKey([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out PublicKey? key)
    {
        key = null;
        return _multihash is [IdentityHash, _, ..] && PublicKey.TryParse(_multihash.AsSpan(2), out key);
    }

    /// <summary>The CIDv1 form, base32 in lower case: the form that survives where case does not, as in the host of a URI.</summary>
    public string ToCid() => _multihash is null ? string.Empty : TextBase.EncodeBase32Multibase([0x01, 0x72, .. _multihash]);

    /// <inheritdoc/>
    public bool Equals(PeerId other) => _multihash.AsSpan().SequenceEqual(other._multihash);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is PeerId other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.AddBytes(_multihash);
        return hash.ToHashCode();
    }

    /// <inheritdoc/>
    public int CompareTo(PeerId other) => _multihash.AsSpan().SequenceCompareTo(other._multihash);

    /// <summary>The base58btc form, for example <c>12D3KooW…</c>; empty for the default value.</summary>
    public override string ToString() => _multihash is null ? string.Empty : Base58.Bitcoin.Encode(_multihash);

    /// <inheritdoc/>
    public string ToString(string? format, IFormatProvider? formatProvider) => ToString();

    /// <inheritdoc/>
    public bool TryFormat(Span<char> destination, out int charsWritten, ReadOnlySpan<char> format, IFormatProvider? provider)
    {
        var text = ToString();
        var fits = text.TryCopyTo(destination);
        charsWritten = fits ? text.Length : 0;
        return fits;
    }

    internal static PeerId FromPublicKeyProtobuf(ReadOnlySpan<byte> protobuf) => protobuf.Length <= MaxInlineKeyBytes
        ? new PeerId([IdentityHash, (byte)protobuf.Length, .. protobuf])
        : new PeerId([Sha256Hash, Sha256Bytes, .. SHA256.HashData(protobuf)]);

    /// <summary>The last eight characters, which differ between peers: enough for a log line.</summary>
    internal string ToShortString() => ToString() is { Length: > 8 } text ? string.Concat("…", text.AsSpan(text.Length - 8)) : ToString();
}
