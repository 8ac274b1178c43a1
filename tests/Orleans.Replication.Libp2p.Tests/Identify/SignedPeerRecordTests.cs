using CsCheck;
using Orleans.Replication.Libp2p.Tests.Support;

namespace Orleans.Replication.Libp2p.Tests.Identify;

public sealed class SignedPeerRecordTests : IDisposable
{
    private static readonly Multiaddr Address = Multiaddr.Parse("/ip4/127.0.0.1/tcp/4001");
    private readonly PeerIdentity _peer = PeerIdentity.FromSeed(VectorFile.JsLibp2p.Hex("seed"));

    public void Dispose() => _peer.Dispose();

    [Fact]
    public void The_envelope_of_js_libp2p_is_reproduced_byte_for_byte()
    {
        var vector = VectorFile.JsLibp2p.GetProperty("peerRecord");

        Assert.Equal(vector.Hex("envelope"), SignedPeerRecord.Create(_peer, 1, Address).Envelope.ToArray());
    }

    [Fact]
    public void The_envelope_of_js_libp2p_is_read()
    {
        Assert.True(SignedPeerRecord.TryParse(VectorFile.JsLibp2p.GetProperty("peerRecord").Hex("envelope"), out var record));

        Assert.Equal(_peer.PublicKey, record.PublicKey);
        Assert.Equal(1ul, record.Sequence);
        Assert.Equal([Address], record.Addresses);
    }

    [Fact]
    public void A_flipped_bit_anywhere_is_noticed()
    {
        var envelope = SignedPeerRecord.Create(_peer, 7, Address).Envelope.ToArray();
        for (var position = 0; position < envelope.Length; position++)
        {
            envelope[position] ^= 1;
            Assert.False(SignedPeerRecord.TryParse(envelope, out _), $"Position {position}.");
            envelope[position] ^= 1;
        }
    }

    [Fact]
    public void A_record_signed_by_one_peer_about_another_is_refused()
    {
        using var other = PeerIdentity.Generate();
        var own = Convert.ToHexStringLower(SignedPeerRecord.Create(_peer, 1, Address).Envelope.Span);
        var forged = own.Replace(
            Convert.ToHexStringLower(_peer.PublicKey.Protobuf.Span), Convert.ToHexStringLower(other.PublicKey.Protobuf.Span), StringComparison.Ordinal);

        Assert.NotEqual(own, forged);
        Assert.False(SignedPeerRecord.TryParse(Convert.FromHexString(forged), out _));
    }

    [Fact]
    public void Any_bytes_are_a_record_or_none()
    {
        var valid = SignedPeerRecord.Create(_peer, 1, Address).Envelope.ToArray();
        Gen.OneOf(Bytes.Any, Bytes.Near(valid), Gen.Byte.Array[8_193, 9_000]).Sample(bytes =>
            Assert.True(!SignedPeerRecord.TryParse(bytes, out var record) || record.PublicKey.Equals(_peer.PublicKey)));
    }
}
