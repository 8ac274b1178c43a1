using System.Buffers;
using SimpleBase;

namespace Orleans.Replication.Libp2p.Addresses;

/// <summary>The text forms of binary values in multiformats, with decoders that refuse instead of throwing.</summary>
internal static class TextBase
{
    private const string Base58Alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
    private const string Base32Alphabet = "abcdefghijklmnopqrstuvwxyz234567";
    private const string Base36Alphabet = "0123456789abcdefghijklmnopqrstuvwxyz";

    private static readonly SearchValues<char> Base58Characters = SearchValues.Create(Base58Alphabet);

    internal static bool TryDecodeBase58(ReadOnlySpan<char> text, Span<byte> destination, out int count)
    {
        count = 0;
        return !text.ContainsAnyExcept(Base58Characters) && Base58.Bitcoin.TryDecode(text, destination, out count);
    }

    /// <summary>Decodes the multibases that peer ids are seen in: base58btc (z), base32 (b), base36 (k) and hexadecimal (f).</summary>
    internal static bool TryDecodeMultibase(ReadOnlySpan<char> text, Span<byte> destination, out int count)
    {
        count = 0;
        if (text.IsEmpty)
            return false;

        var body = text[1..];
        switch (text[0])
        {
            case 'z':
                return TryDecodeBase58(body, destination, out count);
            case 'b':
                return TryDecodeBase32(body, destination, out count);
            case 'k':
                return TryDecodeBase36(body, destination, out count);
            case 'f':
                return Convert.FromHexString(body, destination, out _, out count) == OperationStatus.Done;
            default:
                return false;
        }
    }

    internal static string EncodeBase32Multibase(ReadOnlySpan<byte> bytes)
    {
        var text = new char[1 + ((bytes.Length * 8) + 4) / 5];
        text[0] = 'b';
        var (bits, held, position) = (0, 0, 1);
        foreach (var value in bytes)
        {
            bits = (bits << 8) | value;
            for (held += 8; held >= 5; held -= 5)
                text[position++] = Base32Alphabet[(bits >> (held - 5)) & 31];
            bits &= (1 << held) - 1;
        }

        if (held > 0)
            text[position] = Base32Alphabet[(bits << (5 - held)) & 31];
        return new string(text);
    }

    private static bool TryDecodeBase32(ReadOnlySpan<char> text, Span<byte> destination, out int count)
    {
        count = 0;
        var (bits, held) = (0, 0);
        foreach (var character in text)
        {
            var digit = Base32Alphabet.IndexOf(character, StringComparison.Ordinal);
            if (digit < 0)
                return false;

            bits = (bits << 5) | digit;
            held += 5;
            if (held < 8)
                continue;

            if (count == destination.Length)
                return false;
            held -= 8;
            destination[count++] = (byte)(bits >> held);
            bits &= (1 << held) - 1;
        }

        return held < 5 && bits == 0; // What is left over is padding: less than a digit, and zero.
    }

    /// <summary>Base36 is a number in base 36 with leading zeroes kept: short division of a text whose length the caller bounds.</summary>
    private static bool TryDecodeBase36(ReadOnlySpan<char> text, Span<byte> destination, out int count)
    {
        count = 0;
        var zeroes = text.IndexOfAnyExcept('0');
        zeroes = zeroes < 0 ? text.Length : zeroes;
        var used = 0; // The number, little endian, in destination[0..used].
        foreach (var character in text[zeroes..])
        {
            var carry = Base36Alphabet.IndexOf(character, StringComparison.Ordinal);
            if (carry < 0)
                return false;

            for (var i = 0; i < used; i++, carry >>= 8)
                destination[i] = (byte)(carry += destination[i] * 36);
            for (; carry > 0; carry >>= 8)
            {
                if (used == destination.Length)
                    return false;
                destination[used++] = (byte)carry;
            }
        }

        if (used + zeroes > destination.Length)
            return false;
        destination.Slice(used, zeroes).Clear();
        count = used + zeroes;
        destination[..count].Reverse();
        return true;
    }
}
