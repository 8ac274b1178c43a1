using System.Buffers;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using Orleans.Replication.Libp2p.Addresses;

namespace Orleans.Replication.Libp2p;

/// <summary>
/// An address that says all it takes to reach a peer, for example <c>/ip4/127.0.0.1/tcp/4001/p2p/12D3KooW…</c> (multiformats/multiaddr). Immutable.
/// </summary>
/// <remarks>Two addresses are equal when their binary forms are equal. Text and binary forms turn into each other without loss.</remarks>
public sealed class Multiaddr : IEquatable<Multiaddr>, ISpanParsable<Multiaddr>, ISpanFormattable
{
    /// <summary>The longest binary form that is accepted.</summary>
    public const int MaxBytes = 1_024;

    /// <summary>The longest text that is accepted: every byte of the binary form percent-encoded.</summary>
    private const int MaxTextLength = 3 * MaxBytes;

    private readonly byte[] _bytes;

    private Multiaddr(byte[] bytes, ImmutableArray<MultiaddrPart> parts)
    {
        _bytes = bytes;
        Parts = parts;
    }

    /// <summary>The binary form.</summary>
    public ReadOnlyMemory<byte> Bytes => _bytes;

    /// <summary>The parts, from the outside in; at least one.</summary>
    public ImmutableArray<MultiaddrPart> Parts { get; }

    /// <summary>The peer the address leads to: the value of its last <c>p2p</c> part, where there is one.</summary>
    public PeerId? PeerId => ValueOf(MultiaddrProtocol.P2p) is { } text ? Libp2p.PeerId.Parse(text) : null;

    /// <summary>Whether two addresses are the same.</summary>
    public static bool operator ==(Multiaddr? left, Multiaddr? right) => left is null ? right is null : left.Equals(right);

    /// <summary>Whether two addresses differ.</summary>
    public static bool operator !=(Multiaddr? left, Multiaddr? right) => !(left == right);

    /// <summary>The address of a TCP socket.</summary>
    /// <param name="endPoint">The socket's address and port; an IPv4 address mapped into IPv6 is written as IPv4.</param>
    public static Multiaddr FromTcp(IPEndPoint endPoint)
    {
        ArgumentNullException.ThrowIfNull(endPoint);
        var address = endPoint.Address.IsIPv4MappedToIPv6 ? endPoint.Address.MapToIPv4() : endPoint.Address;
        if (address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork)
            return Parse($"/ip4/{address}/tcp/{endPoint.Port}");

        var zone = address.ScopeId == 0 ? string.Empty : $"/ip6zone/{address.ScopeId}";
        return Parse($"{zone}/ip6/{new IPAddress(address.GetAddressBytes())}/tcp/{endPoint.Port}");
    }

    /// <inheritdoc/>
    public static Multiaddr Parse(string s, IFormatProvider? provider = null)
    {
        ArgumentNullException.ThrowIfNull(s);
        return Parse(s.AsSpan(), provider);
    }

    /// <inheritdoc/>
    public static Multiaddr Parse(ReadOnlySpan<char> s, IFormatProvider? provider = null) =>
        TryParse(s, out var result, out var problem) ? result : throw new FormatException($"'{s}' is no multiaddr: {problem}");

    /// <inheritdoc/>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, [MaybeNullWhen(false)] out Multiaddr result) =>
        TryParse(s.AsSpan(), out result, out _);

    /// <inheritdoc/>
    public static bool TryParse(ReadOnlySpan<char> s, IFormatProvider? provider, [MaybeNullWhen(false)] out Multiaddr result) =>
        TryParse(s, out result, out _);

    /// <summary>Reads the binary form. An unknown code or anything malformed gives <see langword="false"/>; nothing throws.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="result">The address.</param>
    public static bool TryFromBytes(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out Multiaddr? result)
    {
        result = null;
        if (bytes.Length is 0 or > MaxBytes)
            return false;

        var parts = ImmutableArray.CreateBuilder<MultiaddrPart>();
        for (var rest = bytes; !rest.IsEmpty;)
        {
            if (Varint.TryRead(rest, out var code, out var count) != OperationStatus.Done || MultiaddrProtocol.Find(code) is not { } protocol)
                return false;

            rest = rest[count..];
            var size = protocol.FixedBytes;
            if (size == 0 && protocol.HasValue)
            {
                if (Varint.TryRead(rest, out var length, out count) != OperationStatus.Done || length > MaxBytes)
                    return false;
                size = (int)length;
                rest = rest[count..];
            }

            if (size > rest.Length || !MultiaddrValue.TryToText(protocol.Kind, rest[..size], out var value))
                return false;
            parts.Add(new MultiaddrPart(protocol, value));
            rest = rest[size..];
        }

        result = new Multiaddr(bytes.ToArray(), parts.ToImmutable());
        return true;
    }

    /// <summary>This address followed by the parts of <paramref name="inner"/>.</summary>
    /// <param name="inner">What to add.</param>
    /// <exception cref="FormatException">The result is longer than <see cref="MaxBytes"/>.</exception>
    public Multiaddr Encapsulate(Multiaddr inner)
    {
        ArgumentNullException.ThrowIfNull(inner);
        return _bytes.Length + inner._bytes.Length <= MaxBytes
            ? new Multiaddr([.. _bytes, .. inner._bytes], Parts.AddRange(inner.Parts))
            : throw new FormatException($"A multiaddr has at most {MaxBytes} bytes.");
    }

    /// <summary>This address with the peer it leads to; an address that already names a peer at its end gets the new one.</summary>
    /// <param name="peer">The peer.</param>
    public Multiaddr WithPeerId(PeerId peer)
    {
        var suffix = Parse($"/p2p/{peer}");
        return WithoutPeerId()?.Encapsulate(suffix) ?? suffix;
    }

    /// <summary>This address without a <c>p2p</c> part at its end; <see langword="null"/> when nothing else is in it.</summary>
    public Multiaddr? WithoutPeerId()
    {
        if (Parts[^1].Protocol != MultiaddrProtocol.P2p)
            return this;
        return Parts.Length == 1 ? null : Parse(string.Concat(Parts[..^1]));
    }

    /// <summary>
    /// The socket address, when this is a plain TCP address: an IP address or a name, a port, and at most a peer id behind them.
    /// </summary>
    /// <param name="endPoint">An <see cref="IPEndPoint"/> or a <see cref="DnsEndPoint"/>.</param>
    public bool TryGetTcpEndPoint([NotNullWhen(true)] out EndPoint? endPoint) => TcpEndPoints.TryGet(Parts.AsSpan(), out endPoint);

    /// <inheritdoc/>
    public bool Equals(Multiaddr? other) => other is not null && _bytes.AsSpan().SequenceEqual(other._bytes);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Multiaddr);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.AddBytes(_bytes);
        return hash.ToHashCode();
    }

    /// <summary>The text form, without a trailing slash.</summary>
    public override string ToString() => string.Concat(Parts);

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

    private static bool TryParse(ReadOnlySpan<char> text, [NotNullWhen(true)] out Multiaddr? result, out string problem)
    {
        result = null;
        problem = "it must look like /ip4/127.0.0.1/tcp/4001 and have no more than 1,024 bytes.";
        if (text.Length is < 2 or > MaxTextLength || text[0] != '/')
            return false;

        var parts = ImmutableArray.CreateBuilder<MultiaddrPart>();
        var writer = new ArrayBufferWriter<byte>();
        var rest = text[^1] == '/' ? text[1..^1] : text[1..]; // Some write a trailing slash.
        while (!rest.IsEmpty || parts.Count == 0)
        {
            var name = Take(ref rest);
            if (MultiaddrProtocol.Find(name) is not { } protocol)
            {
                problem = $"'{name}' is no protocol of the multiaddr table.";
                return false;
            }

            var value = protocol.HasValue ? Take(ref rest).ToString() : string.Empty;
            if (!TryAppend(writer, protocol, value, out var canonical))
            {
                problem = $"'{value}' is no value for /{protocol.Name}.";
                return false;
            }

            parts.Add(new MultiaddrPart(protocol, canonical));
        }

        if (writer.WrittenCount <= MaxBytes)
            result = new Multiaddr(writer.WrittenSpan.ToArray(), parts.ToImmutable());
        return result is not null;
    }

    private static ReadOnlySpan<char> Take(ref ReadOnlySpan<char> rest)
    {
        var slash = rest.IndexOf('/');
        var taken = slash < 0 ? rest : rest[..slash];
        rest = slash < 0 ? [] : rest[(slash + 1)..];
        return taken;
    }

    private static bool TryAppend(ArrayBufferWriter<byte> writer, MultiaddrProtocol protocol, string value, out string canonical)
    {
        canonical = string.Empty;
        byte[] bytes = [];
        if (protocol.HasValue && !MultiaddrValue.TryToBytes(protocol.Kind, value, out bytes))
            return false;
        if (protocol.HasValue && !MultiaddrValue.TryToText(protocol.Kind, bytes, out canonical))
            return false;

        writer.Advance(Varint.Write(writer.GetSpan(Varint.MaxBytes), (ulong)protocol.Code));
        if (protocol.HasValue && protocol.FixedBytes == 0)
            writer.Advance(Varint.Write(writer.GetSpan(Varint.MaxBytes), (ulong)bytes.Length));
        writer.Write(bytes);
        return true;
    }

    private string? ValueOf(MultiaddrProtocol protocol)
    {
        for (var i = Parts.Length - 1; i >= 0; i--)
        {
            if (Parts[i].Protocol == protocol)
                return Parts[i].Value;
        }

        return null;
    }
}
