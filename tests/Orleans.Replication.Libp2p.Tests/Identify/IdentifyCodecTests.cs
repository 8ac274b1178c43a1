using System.Buffers;
using CsCheck;
using Google.Protobuf;
using Orleans.Replication.Libp2p.Identify;
using Orleans.Replication.Libp2p.Tests.Support;

namespace Orleans.Replication.Libp2p.Tests.Identify;

public sealed class IdentifyCodecTests : IDisposable
{
    private readonly PeerIdentity _peer = PeerIdentity.Generate();

    public void Dispose() => _peer.Dispose();

    [Fact]
    public async Task A_message_is_read_as_it_was_written()
    {
        var information = Apply(await ReadAsync(Encode(Message())));

        Assert.Equal(_peer.PublicKey, information.PublicKey);
        Assert.Equal([Multiaddr.Parse("/ip4/1.2.3.4/tcp/5")], information.ListenAddresses);
        Assert.Equal([new ProtocolId("/echo/1.0.0")], information.Protocols);
        Assert.Equal(Multiaddr.Parse("/ip4/9.9.9.9/tcp/9"), information.ObservedAddress);
        Assert.Equal(("v/1", "agent"), (information.ProtocolVersion, information.AgentVersion));
    }

    [Fact]
    public async Task Several_messages_are_merged()
    {
        var second = new IdentifyMessage { AgentVersion = "newer", Protocols = { "/ping/1" } };
        var information = Apply(await ReadAsync([.. Encode(Message()), .. Encode(second)]));

        Assert.Equal("newer", information.AgentVersion);
        Assert.Equal([new ProtocolId("/echo/1.0.0"), new ProtocolId("/ping/1")], information.Protocols);
    }

    [Fact]
    public void What_a_push_leaves_out_stays_as_it_was()
    {
        var known = Apply(Message());
        var pushed = IdentifyCodec.Apply(new IdentifyMessage { AgentVersion = "newer" }, _peer.PublicKey, known);

        Assert.Equal(known with { AgentVersion = "newer" }, pushed);
    }

    [Fact]
    public void The_addresses_of_a_signed_record_count_more_than_others()
    {
        var record = SignedPeerRecord.Create(_peer, 5, Multiaddr.Parse("/ip4/5.5.5.5/tcp/5"));
        var information = Apply(With(record));

        Assert.Equal([Multiaddr.Parse("/ip4/5.5.5.5/tcp/5")], information.ListenAddresses);
        Assert.Equal(record.Envelope.ToArray(), information.PeerRecord?.Envelope.ToArray());
    }

    [Fact]
    public void An_older_record_does_not_replace_a_newer_one()
    {
        var known = Apply(With(SignedPeerRecord.Create(_peer, 5, Multiaddr.Parse("/ip4/5.5.5.5/tcp/5"))));
        var older = IdentifyCodec.Apply(With(SignedPeerRecord.Create(_peer, 4, Multiaddr.Parse("/ip4/4.4.4.4/tcp/4"))), _peer.PublicKey, known);
        var newer = IdentifyCodec.Apply(With(SignedPeerRecord.Create(_peer, 6, Multiaddr.Parse("/ip4/6.6.6.6/tcp/6"))), _peer.PublicKey, known);

        Assert.Equal((5ul, "/ip4/5.5.5.5/tcp/5"), (older.PeerRecord!.Sequence, older.ListenAddresses.Single().ToString()));
        Assert.Equal((6ul, "/ip4/6.6.6.6/tcp/6"), (newer.PeerRecord!.Sequence, newer.ListenAddresses.Single().ToString()));
    }

    [Fact]
    public void A_record_that_another_peer_signed_is_refused()
    {
        using var other = PeerIdentity.Generate();

        Assert.Throws<Libp2pException>(() => Apply(With(SignedPeerRecord.Create(other, 1))));
    }

    [Fact]
    public async Task A_long_description_goes_out_in_two_messages_that_each_are_short_enough()
    {
        var message = With(SignedPeerRecord.Create(_peer, 1, Multiaddr.Parse("/ip4/5.5.5.5/tcp/5")));
        for (var i = 0; i < 200; i++)
            message.Protocols.Add($"/a/rather/long/protocol/{i}");
        var information = Apply(await ReadAsync(Encode(message)));

        Assert.Equal(201, information.Protocols.Count);
        Assert.Equal(1ul, information.PeerRecord?.Sequence);
        Assert.True(Encode(message).Length > message.CalculateSize() + 3, "There are two lengths.");
    }

    [Fact]
    public void Another_key_than_the_proven_one_is_refused()
    {
        using var other = PeerIdentity.Generate();

        Assert.Throws<Libp2pException>(() => IdentifyCodec.Apply(Message(), other.PublicKey, null));
    }

    [Fact]
    public void Addresses_and_protocols_of_unknown_kinds_are_left_out()
    {
        var message = Message();
        message.ListenAddrs.Add(ByteString.CopyFrom(0xff, 0x7f));
        message.Protocols.Add("two\nlines");
        var information = Apply(message);

        Assert.Single(information.ListenAddresses);
        Assert.Single(information.Protocols);
    }

    [Fact]
    public async Task A_message_that_is_too_long_or_one_too_many_is_refused()
    {
        await Assert.ThrowsAsync<Libp2pException>(() => ReadAsync([0x81, 0x40])); // 8,193 bytes: refused before they come.
        await Assert.ThrowsAsync<Libp2pException>(() => ReadAsync([.. Enumerable.Repeat(Encode(Message()), 11).SelectMany(bytes => bytes)]));
        await Assert.ThrowsAsync<Libp2pException>(() => ReadAsync([]));
    }

    [Fact]
    public async Task Any_bytes_are_a_message_or_a_typed_error() =>
        await Gen.OneOf(Bytes.Any, Bytes.Near(Encode(Message()))).SampleAsync(async bytes =>
    {
        var error = await Record.ExceptionAsync(async () => Apply(await ReadAsync(bytes)));
        Assert.True(error is null or Libp2pException, error?.ToString());
    });

    private static Task<IdentifyMessage> ReadAsync(byte[] bytes) =>
        IdentifyCodec.ReadAsync(DuplexPair.Sending(bytes).Input, default).InTimeAsync("the message is read");

    private static byte[] Encode(IdentifyMessage message)
    {
        var writer = new ArrayBufferWriter<byte>();
        IdentifyCodec.Write(writer, message);
        return writer.WrittenSpan.ToArray();
    }

    private PeerInformation Apply(IdentifyMessage message) => IdentifyCodec.Apply(message, _peer.PublicKey, null);

    private IdentifyMessage With(SignedPeerRecord record)
    {
        var message = Message();
        message.SignedPeerRecord = ByteString.CopyFrom(record.Envelope.Span);
        return message;
    }

    private IdentifyMessage Message() => new()
    {
        PublicKey = ByteString.CopyFrom(_peer.PublicKey.Protobuf.Span),
        ListenAddrs = { ByteString.CopyFrom(Multiaddr.Parse("/ip4/1.2.3.4/tcp/5").Bytes.Span) },
        Protocols = { "/echo/1.0.0" },
        ObservedAddr = ByteString.CopyFrom(Multiaddr.Parse("/ip4/9.9.9.9/tcp/9").Bytes.Span),
        ProtocolVersion = "v/1",
        AgentVersion = "agent",
    };
}
