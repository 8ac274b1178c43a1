using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Orleans.Replication.Libp2p.Addresses;

/// <summary>Turns the values of address parts from text to bytes and back. What the one gives the other reads.</summary>
internal static class MultiaddrValue
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Appends the binary form of a value, without its length.</summary>
    /// <returns>False when the text is no value of that kind.</returns>
    internal static bool TryToBytes(MultiaddrValueKind kind, string text, out byte[] bytes)
    {
        bytes = [];
        switch (kind)
        {
            case MultiaddrValueKind.Ip4:
                return TryParseIp(text, AddressFamily.InterNetwork, out bytes);
            case MultiaddrValueKind.Ip6:
                return TryParseIp(text, AddressFamily.InterNetworkV6, out bytes);
            case MultiaddrValueKind.Port when ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port):
                bytes = new byte[2];
                BinaryPrimitives.WriteUInt16BigEndian(bytes, port);
                return true;
            case MultiaddrValueKind.Number when ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number):
                bytes = new byte[8];
                BinaryPrimitives.WriteUInt64BigEndian(bytes, number);
                return true;
            case MultiaddrValueKind.PeerId when PeerId.TryParse(text, null, out var peer):
                bytes = peer.Multihash.ToArray();
                return true;
            case MultiaddrValueKind.Text:
                return TryEncode(text, out bytes) && IsPlainText(text);
            case MultiaddrValueKind.Path:
                return TryEncode(Uri.UnescapeDataString(text), out bytes) && bytes.Length > 0;
            default:
                return false;
        }
    }

    /// <summary>The text form of a value.</summary>
    /// <returns>False when the bytes are no value of that kind.</returns>
    internal static bool TryToText(MultiaddrValueKind kind, ReadOnlySpan<byte> bytes, out string text)
    {
        text = string.Empty;
        switch (kind)
        {
            case MultiaddrValueKind.None:
                return bytes.IsEmpty;
            case MultiaddrValueKind.Ip4 or MultiaddrValueKind.Ip6:
                text = new IPAddress(bytes).ToString();
                return true;
            case MultiaddrValueKind.Port:
                text = BinaryPrimitives.ReadUInt16BigEndian(bytes).ToString(CultureInfo.InvariantCulture);
                return true;
            case MultiaddrValueKind.Number:
                text = BinaryPrimitives.ReadUInt64BigEndian(bytes).ToString(CultureInfo.InvariantCulture);
                return true;
            case MultiaddrValueKind.PeerId:
                var valid = PeerId.TryFromMultihash(bytes, out var peer);
                text = peer.ToString();
                return valid;
            case MultiaddrValueKind.Text:
                return TryDecode(bytes, out text) && IsPlainText(text);
            case MultiaddrValueKind.Path:
                var decoded = TryDecode(bytes, out var path) && path.Length > 0;
                text = Uri.EscapeDataString(path);
                return decoded;
            default:
                return false;
        }
    }

    /// <summary>Only the whole, usual notations: the platform also reads "1", "0x7f.1" and IPv6 addresses in brackets or with a zone.</summary>
    private static bool TryParseIp(string text, AddressFamily family, out byte[] bytes)
    {
        bytes = [];
        if (text.AsSpan().ContainsAny("[]%/x") || !IPAddress.TryParse(text, out var address) || address.AddressFamily != family)
            return false;
        if (family == AddressFamily.InterNetwork && address.ToString() != text)
            return false;

        bytes = address.GetAddressBytes();
        return true;
    }

    private static bool IsPlainText(string text)
    {
        foreach (var character in text)
        {
            if (character == '/' || char.IsControl(character))
                return false;
        }

        return text.Length > 0;
    }

    private static bool TryEncode(string text, out byte[] bytes)
    {
        try
        {
            bytes = StrictUtf8.GetBytes(text);
            return true;
        }
        catch (EncoderFallbackException)
        {
            bytes = [];
            return false;
        }
    }

    private static bool TryDecode(ReadOnlySpan<byte> bytes, out string text)
    {
        try
        {
            text = StrictUtf8.GetString(bytes);
            return true;
        }
        catch (DecoderFallbackException)
        {
            text = string.Empty;
            return false;
        }
    }
}
