using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;
using Orleans.Replication.Libp2p.Addresses;
using Orleans.Replication.Libp2p.Identify;

namespace Orleans.Replication.Libp2p;

/// <summary>
/// A peer's addresses, signed by the peer, so that others can pass them on (libp2p specs, RFC 0002 and RFC 0003). Immutable.
/// </summary>
/// <remarks>
/// The domain and the payload type are those that go-libp2p and js-libp2p use (<c>libp2p-peer-record</c>, <c>03 01</c>); the RFC names others, which nobody
/// implements.
/// </remarks>
public sealed class SignedPeerRecord
{
    /// <summary>The longest envelope that is read: what fits into one identify message.</summary>
    public const int MaxEnvelopeBytes = 8 * 1024;

    private static readonly byte[] PayloadType = [0x03, 0x01];
    private static readonly MessageParser<EnvelopeMessage> EnvelopeParser = EnvelopeMessage.Parser.WithDiscardUnknownFields(true);
    private static readonly MessageParser<PeerRecordMessage> RecordParser = PeerRecordMessage.Parser.WithDiscardUnknownFields(true);

    private SignedPeerRecord(PublicKey publicKey, ulong sequence, IReadOnlyList<Multiaddr> addresses, byte[] envelope) =>
        (PublicKey, Sequence, Addresses, Envelope) = (publicKey, sequence, addresses, envelope);

    /// <summary>The key of the peer the record is about, which signed it.</summary>
    public PublicKey PublicKey { get; }

    /// <summary>Of two records of one peer, the one with the higher number is the newer.</summary>
    public ulong Sequence { get; }

    /// <summary>Where the peer says it can be reached. Addresses of kinds this host does not know are left out.</summary>
    public IReadOnlyList<Multiaddr> Addresses { get; }

    /// <summary>The signed bytes, to be passed on as they are.</summary>
    public ReadOnlyMemory<byte> Envelope { get; }

    /// <summary>Signs a record of the identity's own addresses.</summary>
    /// <param name="identity">The peer.</param>
    /// <param name="sequence">Higher than in every earlier record of the peer.</param>
    /// <param name="addresses">Where it can be reached.</param>
    public static SignedPeerRecord Create(PeerIdentity identity, ulong sequence, params IEnumerable<Multiaddr> addresses)
    {
        ArgumentNullException.ThrowIfNull(identity);
        Multiaddr[] known = [.. addresses];
        var record = new PeerRecordMessage { PeerId = ByteString.CopyFrom(identity.PeerId.Multihash.Span), Seq = sequence };
        record.Addresses.AddRange(known.Select(address => new PeerRecordMessage.Types.AddressInfo { Multiaddr = ByteString.CopyFrom(address.Bytes.Span) }));
        var payload = record.ToByteArray();
        var envelope = new EnvelopeMessage
        {
            PublicKey = ByteString.CopyFrom(identity.PublicKey.Protobuf.Span),
            PayloadType = ByteString.CopyFrom(PayloadType),
            Payload = ByteString.CopyFrom(payload),
            Signature = ByteString.CopyFrom(identity.Sign(SignedBytes(payload))),
        };
        return new SignedPeerRecord(identity.PublicKey, sequence, known, envelope.ToByteArray());
    }

    /// <summary>
    /// Reads an envelope and checks its signature and that the record is about the peer that signed it. Anything else gives <see langword="false"/>;
    /// nothing throws.
    /// </summary>
    /// <param name="envelope">The bytes.</param>
    /// <param name="record">The record.</param>
    public static bool TryParse(ReadOnlySpan<byte> envelope, [NotNullWhen(true)] out SignedPeerRecord? record)
    {
        record = null;
        if (envelope.Length > MaxEnvelopeBytes)
            return false;

        try
        {
            var message = EnvelopeParser.ParseFrom(envelope);
            if (!message.PayloadType.Span.SequenceEqual(PayloadType) || !PublicKey.TryParse(message.PublicKey.Span, out var key))
                return false;

            var payload = message.Payload.Span;
            if (!key.Verify(SignedBytes(payload), message.Signature.Span))
                return false;

            var content = RecordParser.ParseFrom(payload);
            if (!content.PeerId.Span.SequenceEqual(key.PeerId.Multihash.Span))
                return false;
            record = new SignedPeerRecord(key, content.Seq, ReadAddresses(content), envelope.ToArray());
            return true;
        }
        catch (InvalidProtocolBufferException)
        {
            return false;
        }
    }

    /// <summary>What is signed: the domain, the payload's type and the payload, each behind its length.</summary>
    private static byte[] SignedBytes(ReadOnlySpan<byte> payload)
    {
        var writer = new ArrayBufferWriter<byte>();
        Write(writer, "libp2p-peer-record"u8);
        Write(writer, PayloadType);
        Write(writer, payload);
        return writer.WrittenSpan.ToArray();

        static void Write(ArrayBufferWriter<byte> writer, ReadOnlySpan<byte> part)
        {
            writer.Advance(Varint.Write(writer.GetSpan(Varint.MaxBytes), (ulong)part.Length));
            writer.Write(part);
        }
    }

    private static List<Multiaddr> ReadAddresses(PeerRecordMessage record)
    {
        List<Multiaddr> addresses = [];
        foreach (var info in record.Addresses)
        {
            if (Multiaddr.TryFromBytes(info.Multiaddr.Span, out var address))
                addresses.Add(address);
        }

        return addresses;
    }
}
