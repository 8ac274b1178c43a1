using System.Collections.Frozen;

namespace Orleans.Replication.Libp2p;

/// <summary>A kind of address part, from the table of multiformats/multiaddr (<c>protocols.csv</c>). Immutable; one instance per kind.</summary>
public sealed class MultiaddrProtocol
{
    /// <summary>An IPv4 address.</summary>
    public static readonly MultiaddrProtocol Ip4 = new("ip4", 4, MultiaddrValueKind.Ip4, 4);

    /// <summary>A TCP port.</summary>
    public static readonly MultiaddrProtocol Tcp = new("tcp", 6, MultiaddrValueKind.Port, 2);

    /// <summary>An IPv6 address.</summary>
    public static readonly MultiaddrProtocol Ip6 = new("ip6", 41, MultiaddrValueKind.Ip6, 16);

    /// <summary>The zone of the IPv6 address that follows.</summary>
    public static readonly MultiaddrProtocol Ip6Zone = new("ip6zone", 42, MultiaddrValueKind.Text);

    /// <summary>A name to resolve to IPv4 or IPv6 addresses.</summary>
    public static readonly MultiaddrProtocol Dns = new("dns", 53, MultiaddrValueKind.Text);

    /// <summary>A name to resolve to IPv4 addresses.</summary>
    public static readonly MultiaddrProtocol Dns4 = new("dns4", 54, MultiaddrValueKind.Text);

    /// <summary>A name to resolve to IPv6 addresses.</summary>
    public static readonly MultiaddrProtocol Dns6 = new("dns6", 55, MultiaddrValueKind.Text);

    /// <summary>A name whose TXT records are multiaddrs.</summary>
    public static readonly MultiaddrProtocol Dnsaddr = new("dnsaddr", 56, MultiaddrValueKind.Text);

    /// <summary>A UDP port.</summary>
    public static readonly MultiaddrProtocol Udp = new("udp", 273, MultiaddrValueKind.Port, 2);

    /// <summary>A relay.</summary>
    public static readonly MultiaddrProtocol P2pCircuit = new("p2p-circuit", 290);

    /// <summary>The path of a Unix domain socket.</summary>
    public static readonly MultiaddrProtocol Unix = new("unix", 400, MultiaddrValueKind.Path);

    /// <summary>A peer id.</summary>
    public static readonly MultiaddrProtocol P2p = new("p2p", 421, MultiaddrValueKind.PeerId);

    /// <summary>TLS.</summary>
    public static readonly MultiaddrProtocol Tls = new("tls", 448);

    /// <summary>The server name for TLS.</summary>
    public static readonly MultiaddrProtocol Sni = new("sni", 449, MultiaddrValueKind.Text);

    /// <summary>Noise.</summary>
    public static readonly MultiaddrProtocol Noise = new("noise", 454);

    /// <summary>QUIC, the draft.</summary>
    public static readonly MultiaddrProtocol Quic = new("quic", 460);

    /// <summary>QUIC, RFC 9000.</summary>
    public static readonly MultiaddrProtocol QuicV1 = new("quic-v1", 461);

    /// <summary>WebTransport.</summary>
    public static readonly MultiaddrProtocol WebTransport = new("webtransport", 465);

    /// <summary>WebSocket.</summary>
    public static readonly MultiaddrProtocol Ws = new("ws", 477);

    /// <summary>WebSocket over TLS; the same as <c>/tls/ws</c>.</summary>
    public static readonly MultiaddrProtocol Wss = new("wss", 478);

    /// <summary>A place in this process's memory.</summary>
    public static readonly MultiaddrProtocol Memory = new("memory", 777, MultiaddrValueKind.Number, 8);

    private static readonly MultiaddrProtocol[] All =
    [
        Ip4, Tcp, Ip6, Ip6Zone, Dns, Dns4, Dns6, Dnsaddr, Udp, P2pCircuit, Unix, P2p, Tls, Sni, Noise, Quic, QuicV1, WebTransport, Ws, Wss, Memory,
    ];

    private static readonly FrozenDictionary<int, MultiaddrProtocol> ByCode = All.ToFrozenDictionary(protocol => protocol.Code);

    // ipfs is the old name of p2p: read, never written.
    private static readonly FrozenDictionary<string, MultiaddrProtocol> ByName =
        All.Append(P2p).Zip(All.Select(protocol => protocol.Name).Append("ipfs")).ToFrozenDictionary(pair => pair.Second, pair => pair.First);

    private MultiaddrProtocol(string name, int code, MultiaddrValueKind kind = MultiaddrValueKind.None, int fixedBytes = 0)
    {
        Name = name;
        Code = code;
        Kind = kind;
        FixedBytes = fixedBytes;
    }

    /// <summary>The name in text, for example <c>ip4</c>.</summary>
    public string Name { get; }

    /// <summary>The code in binary.</summary>
    public int Code { get; }

    /// <summary>Whether the part has a value.</summary>
    public bool HasValue => Kind != MultiaddrValueKind.None;

    internal MultiaddrValueKind Kind { get; }

    /// <summary>The bytes of a value of fixed size; 0 where a length goes before the value.</summary>
    internal int FixedBytes { get; }

    /// <summary>The name.</summary>
    public override string ToString() => Name;

    internal static MultiaddrProtocol? Find(ulong code) => code <= int.MaxValue ? ByCode.GetValueOrDefault((int)code) : null;

    internal static MultiaddrProtocol? Find(ReadOnlySpan<char> name) =>
        ByName.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(name, out var protocol) ? protocol : null;
}
