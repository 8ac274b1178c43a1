using System.Net;
using CsCheck;
using Orleans.Replication.Libp2p.Tests.Support;

namespace Orleans.Replication.Libp2p.Tests.Addresses;

public sealed class MultiaddrTests
{
    private const string Peer = "12D3KooWBtg3aaRMjxwedh83aGiUkwSxDwUZkzuJcfaqUmo7R3pq";

    private static readonly Gen<string> AnyPart = Gen.OneOf(
        Gen.UInt.Select(ip => $"/ip4/{new IPAddress(ip)}"),
        Gen.Byte.Array[16].Select(ip => $"/ip6/{new IPAddress(ip)}"),
        Gen.UShort.Select(port => $"/tcp/{port}"),
        Gen.UShort.Select(port => $"/udp/{port}"),
        Gen.ULong.Select(number => $"/memory/{number}"),
        Gen.String[Gen.Char.AlphaNumeric, 1, 20].Select(name => $"/dns4/{name}"),
        Gen.String[Gen.Char.AlphaNumeric, 1, 20].Select(path => $"/unix/{Uri.EscapeDataString("/" + path)}"),
        Gen.Byte.Array[32].Select(key => $"/p2p/{PublicKey.FromEd25519(key).PeerId}"),
        Gen.OneOf("/tls", "/ws", "/quic-v1", "/p2p-circuit", "/noise", "/wss"));

    public static TheoryData<string, string> JsVectors
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var vector in VectorFile.JsLibp2p.GetProperty("multiaddrs").EnumerateObject())
                data.Add(vector.Name, vector.Value.GetString()!);
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(JsVectors))]
    public void The_vectors_of_js_libp2p_are_reproduced(string text, string hex)
    {
        var parsed = Multiaddr.Parse(text);

        Assert.Equal(hex, Convert.ToHexStringLower(parsed.Bytes.Span));
        Assert.Equal(text, parsed.ToString(), ignoreCase: text.Contains('%', StringComparison.Ordinal)); // Percent-encoding has two cases.
        Assert.True(Multiaddr.TryFromBytes(Convert.FromHexString(hex), out var read));
        Assert.Equal(parsed, read);
        Assert.Equal(parsed.ToString(), read.ToString());
    }

    [Theory]
    [InlineData("/ip4/127.0.0.1/tcp/4001/", "/ip4/127.0.0.1/tcp/4001")]
    [InlineData($"/dns/a.b/tcp/1/ipfs/{Peer}", $"/dns/a.b/tcp/1/p2p/{Peer}")]
    [InlineData("/ip6/0:0:0:0:0:0:0:1/tcp/04001", "/ip6/::1/tcp/4001")]
    [InlineData("/dns/a/p2p/bafzaajaiaejcahwr5d5ofrfbis4l5d6uwr57hu5tjodrypfm6yaq6dsc2r2pzyt6", $"/dns/a/p2p/{Peer}")]
    public void Other_notations_are_read_and_the_usual_one_is_written(string text, string usual) =>
        Assert.Equal(usual, Multiaddr.Parse(text).ToString());

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("//")]
    [InlineData("ip4/1.2.3.4")]
    [InlineData("/ip4")]
    [InlineData("/ip4/1.2.3")]
    [InlineData("/ip4/1.2.3.400")]
    [InlineData("/ip4/::1")]
    [InlineData("/ip6/1.2.3.4")]
    [InlineData("/ip6/fe80::1%eth0")]
    [InlineData("/ip4/1.2.3.4/tcp")]
    [InlineData("/ip4/1.2.3.4/tcp/65536")]
    [InlineData("/ip4/1.2.3.4/tcp/-1")]
    [InlineData("/ip4/1.2.3.4/tcp/ 1")]
    [InlineData("/ip4/1.2.3.4//tcp/1")]
    [InlineData("/dns//tcp/1")]
    [InlineData("/dns/a\nb")]
    [InlineData("/p2p/nobody")]
    [InlineData("/carrier-pigeon/1")]
    public void What_is_no_multiaddr_is_refused(string text)
    {
        Assert.False(Multiaddr.TryParse(text, null, out _));
        Assert.Throws<FormatException>(() => Multiaddr.Parse(text));
    }

    [Fact]
    public void A_multiaddr_is_never_longer_than_its_limit()
    {
        var name = new string('a', Multiaddr.MaxBytes);
        Assert.False(Multiaddr.TryParse($"/dns/{name}", null, out _));

        var half = Multiaddr.Parse($"/dns/{new string('a', 600)}");
        Assert.Throws<FormatException>(() => half.Encapsulate(half));
    }

    [Theory]
    [InlineData("/ip4/1.2.3.4/tcp/5", "1.2.3.4:5")]
    [InlineData($"/ip4/1.2.3.4/tcp/5/p2p/{Peer}", "1.2.3.4:5")]
    [InlineData("/ip6/::1/tcp/5", "[::1]:5")]
    [InlineData("/dns/a.b/tcp/5", "Unspecified/a.b:5")]
    [InlineData("/dns4/a.b/tcp/5", "InterNetwork/a.b:5")]
    [InlineData("/dns6/a.b/tcp/5", "InterNetworkV6/a.b:5")]
    public void Plain_TCP_addresses_have_a_socket_address(string text, string expected)
    {
        Assert.True(Multiaddr.Parse(text).TryGetTcpEndPoint(out var endPoint));
        Assert.Equal(expected, endPoint.ToString());
    }

    [Theory]
    [InlineData("/ip4/1.2.3.4")]
    [InlineData("/ip4/1.2.3.4/udp/5")]
    [InlineData("/ip4/1.2.3.4/tcp/5/ws")]
    [InlineData("/ip4/1.2.3.4/tcp/5/tls/ws")]
    [InlineData($"/ip4/1.2.3.4/tcp/5/p2p/{Peer}/p2p-circuit")]
    [InlineData("/tcp/5")]
    [InlineData("/dnsaddr/a.b/tcp/5")]
    [InlineData("/ip6zone/eth0/ip4/1.2.3.4/tcp/5")]
    public void Other_addresses_have_none(string text) => Assert.False(Multiaddr.Parse(text).TryGetTcpEndPoint(out _));

    [Theory]
    [InlineData("1.2.3.4", "/ip4/1.2.3.4/tcp/7")]
    [InlineData("::1", "/ip6/::1/tcp/7")]
    [InlineData("::ffff:1.2.3.4", "/ip4/1.2.3.4/tcp/7")]
    [InlineData("fe80::1%3", "/ip6zone/3/ip6/fe80::1/tcp/7")]
    public void A_socket_address_becomes_a_multiaddr(string ip, string expected) =>
        Assert.Equal(expected, Multiaddr.FromTcp(new IPEndPoint(IPAddress.Parse(ip), 7)).ToString());

    [Fact]
    public void The_peer_id_is_added_replaced_and_taken_away()
    {
        var peer = PeerId.Parse(Peer);
        using var other = PeerIdentity.Generate();
        var bare = Multiaddr.Parse("/ip4/1.2.3.4/tcp/5");

        var full = bare.WithPeerId(other.PeerId).WithPeerId(peer);

        Assert.Equal($"/ip4/1.2.3.4/tcp/5/p2p/{Peer}", full.ToString());
        Assert.Equal(peer, full.PeerId);
        Assert.Equal(bare, full.WithoutPeerId());
        Assert.Null(bare.PeerId);
        Assert.Null(Multiaddr.Parse($"/p2p/{Peer}").WithoutPeerId());
    }

    [Fact]
    public void Text_and_binary_forms_lead_back_to_the_same_address() => AnyPart.Array[1, 6].Sample(parts =>
    {
        var address = Multiaddr.Parse(string.Concat(parts));

        Assert.Equal(parts.Length, address.Parts.Length);
        Assert.Equal(address, Multiaddr.Parse(address.ToString()));
        Assert.True(Multiaddr.TryFromBytes(address.Bytes.Span, out var read));
        Assert.Equal(address, read);
        Assert.Equal(address.ToString(), read.ToString());
        Assert.Equal(address.GetHashCode(), read.GetHashCode());
    });

    [Fact]
    public void Any_bytes_are_an_address_that_its_text_leads_back_to_or_refused()
    {
        var vectors = VectorFile.JsLibp2p.GetProperty("multiaddrs").EnumerateObject();
        byte[][] valid = [.. vectors.Select(vector => Convert.FromHexString(vector.Value.GetString()!))];
        Gen.OneOf(Bytes.Any, Bytes.Near(valid)).Sample(bytes =>
        {
            if (Multiaddr.TryFromBytes(bytes, out var address))
                Assert.Equal(address, Multiaddr.Parse(address.ToString()));
        });
    }

    [Fact]
    public void Any_text_is_an_address_or_refused() =>
        Gen.OneOf(Gen.String, AnyPart.Array[1, 4].Select(Gen.String[0, 5], (parts, tail) => string.Concat(parts) + tail)).Sample(text =>
        {
            if (Multiaddr.TryParse(text, null, out var address))
                Assert.Equal(address, Multiaddr.Parse(address.ToString()));
        });
}
