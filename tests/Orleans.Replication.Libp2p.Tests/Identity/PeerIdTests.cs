using CsCheck;
using Orleans.Replication.Libp2p.Tests.Support;

namespace Orleans.Replication.Libp2p.Tests.Identity;

public sealed class PeerIdTests
{
    private static readonly Gen<PeerId> AnyPeer = Gen.OneOf(
        Gen.Byte.Array[32].Select(key => PublicKey.FromEd25519(key).PeerId),
        Gen.Byte.Array[32].Select(hash => FromMultihash([0x12, 0x20, .. hash])),
        Gen.Byte.Array[1, 42].Select(inline => FromMultihash([0x00, (byte)inline.Length, .. inline])));

    [Fact]
    public void The_vector_of_js_libp2p_is_reproduced()
    {
        var vector = VectorFile.JsLibp2p.GetProperty("peerId");
        Assert.True(PublicKey.TryParse(VectorFile.JsLibp2p.Hex("publicKeyProtobuf"), out var key));

        Assert.Equal(vector.Text("base58"), key.PeerId.ToString());
        Assert.Equal(vector.Text("cidBase32"), key.PeerId.ToCid());
        Assert.Equal(vector.Hex("multihash"), key.PeerId.Multihash.ToArray());
        Assert.Equal(key.PeerId, PeerId.Parse(vector.Text("base58")));
        Assert.Equal(key.PeerId, PeerId.Parse(vector.Text("cidBase32")));
        Assert.True(key.PeerId.TryGetPublicKey(out var contained));
        Assert.Equal(key, contained);
    }

    [Theory] // libp2p specs, peer-ids.md, "String representation".
    [InlineData("QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N", "bafzbeie5745rpv2m6tjyuugywy4d5ewrqgqqhfnf445he3omzpjbx5xqxe")]
    [InlineData("12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA", "bafzaajaiaejcal72gwuz2or47oyxxn6b3rkwdmmkrxgkjxzy3rqt5kczyn7lcm3l")]
    public void Both_text_forms_name_one_peer(string base58, string cid)
    {
        Assert.Equal(PeerId.Parse(base58), PeerId.Parse(cid));
        Assert.Equal(base58, PeerId.Parse(cid).ToString());
        Assert.Equal(cid, PeerId.Parse(base58).ToCid());
    }

    [Theory]
    [InlineData("")]
    [InlineData("1")]
    [InlineData("12D3KooW")]
    [InlineData("12D3KooWBtg3aaRMjxwedh83aGiUkwSxDwUZkzuJcfaqUmo7R3pqq")]
    [InlineData("12D3KooWBtg3aaRMjxwedh83aGiUkwSxDwUZkzuJcfaqUmo7R3p0")]
    [InlineData("QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5")]
    [InlineData("bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy")] // A CID of raw bytes (codec 0x55).
    [InlineData("not a peer id")]
    public void What_is_no_peer_id_is_refused(string text)
    {
        Assert.False(PeerId.TryParse(text, null, out var id));
        Assert.True(id.IsEmpty);
        Assert.Throws<FormatException>(() => PeerId.Parse(text));
    }

    [Fact]
    public void Text_and_binary_forms_lead_back_to_the_same_id() => AnyPeer.Sample(peer =>
    {
        Assert.Equal(peer, PeerId.Parse(peer.ToString()));
        Assert.Equal(peer, PeerId.Parse(peer.ToCid()));
        Assert.Equal(peer, PeerId.Parse("f0172" + Convert.ToHexStringLower(peer.Multihash.Span)));
        Assert.True(PeerId.TryFromMultihash(peer.Multihash.Span, out var again));
        Assert.Equal(peer, again);
        Assert.Equal(peer.GetHashCode(), again.GetHashCode());
    });

    [Fact]
    public void The_base36_form_is_read()
    {
        // The key of the specs' vector as a CIDv1 in base36, as IPNS writes it (computed with arbitrary-precision arithmetic).
        var peer = PeerId.Parse(VectorFile.JsLibp2p.GetProperty("peerId").Text("base58"));
        var number = new System.Numerics.BigInteger([0x01, 0x72, .. peer.Multihash.Span], isUnsigned: true, isBigEndian: true);
        var text = string.Empty;
        for (; !number.IsZero; number /= 36)
            text = "0123456789abcdefghijklmnopqrstuvwxyz"[(int)(number % 36)] + text;

        Assert.Equal(peer, PeerId.Parse("k" + text));
    }

    [Fact]
    public void Any_text_is_a_peer_id_or_refused() =>
        Gen.OneOf(Gen.String, Gen.Select(Gen.OneOf("", "12D3KooW", "Qm", "b", "k", "f", "z"), Gen.String.AlphaNumeric).Select((prefix, text) => prefix + text))
            .Sample(text =>
            {
                if (PeerId.TryParse(text, null, out var id))
                    Assert.Equal(id, PeerId.Parse(id.ToString()));
            });

    [Fact]
    public void Any_bytes_are_a_peer_id_or_refused() => Bytes.Any.Sample(bytes =>
    {
        if (PeerId.TryFromMultihash(bytes, out var id))
            Assert.Equal(bytes, id.Multihash.ToArray());
    });

    private static PeerId FromMultihash(byte[] multihash) =>
        PeerId.TryFromMultihash(multihash, out var id) ? id : throw new ArgumentException("No multihash.");
}
