using System.Buffers;
using System.IO.Pipelines;
using Google.Protobuf;
using Orleans.Replication.Libp2p.Addresses;

namespace Orleans.Replication.Libp2p.Identify;

/// <summary>Reads and writes identify messages: each a varint length and a protobuf; several until the end of the stream are merged.</summary>
internal static class IdentifyCodec
{
    /// <summary>The limits of go-libp2p.</summary>
    internal const int MaxMessageBytes = 8 * 1024;
    internal const int MaxMessages = 10;

    private static readonly MessageParser<IdentifyMessage> Parser = IdentifyMessage.Parser.WithDiscardUnknownFields(true);

    /// <summary>Beyond this size the signed record goes into a message of its own, as go-libp2p has it: some peers read short messages only.</summary>
    private const int MaxJoinedBytes = 2 * 1024;

    /// <summary>Writes a description, in two messages when it is long.</summary>
    internal static void Write(IBufferWriter<byte> output, IdentifyMessage message)
    {
        if (message.HasSignedPeerRecord && message.CalculateSize() > MaxJoinedBytes)
        {
            var record = new IdentifyMessage { SignedPeerRecord = message.SignedPeerRecord };
            var rest = message.Clone();
            rest.ClearSignedPeerRecord();
            WriteOne(output, rest);
            WriteOne(output, record);
        }
        else
        {
            WriteOne(output, message);
        }
    }

    private static void WriteOne(IBufferWriter<byte> output, IdentifyMessage message)
    {
        var size = message.CalculateSize();
        output.Advance(Varint.Write(output.GetSpan(Varint.MaxBytes), (ulong)size));
        message.WriteTo(output.GetSpan(size)[..size]);
        output.Advance(size);
    }

    /// <summary>Reads to the end of the stream.</summary>
    /// <exception cref="Libp2pException">The bytes are no identify message, or too many.</exception>
    internal static async ValueTask<IdentifyMessage> ReadAsync(PipeReader input, CancellationToken cancellationToken)
    {
        var merged = new IdentifyMessage();
        for (var messages = 0; ;)
        {
            var result = await input.ReadAsync(cancellationToken).ConfigureAwait(false);
            var buffer = result.Buffer;
            try
            {
                for (; TryRead(ref buffer, out var message); messages++)
                {
                    if (messages == MaxMessages)
                        throw new Libp2pException($"The peer sent more than {MaxMessages} identify messages.");
                    merged.MergeFrom(message);
                }

                if (result.IsCompleted)
                {
                    return messages > 0 && buffer.IsEmpty
                        ? merged
                        : throw new Libp2pException("The peer's identify message ends too early.");
                }
            }
            finally
            {
                input.AdvanceTo(buffer.Start, buffer.End);
            }
        }
    }

    /// <summary>Turns a message into what is known about the peer; what it leaves out stays as it was known (identify push).</summary>
    /// <exception cref="Libp2pException">
    /// The message holds another key than the one the peer proved to hold, or a record that this key has not signed.
    /// </exception>
    internal static PeerInformation Apply(IdentifyMessage message, PublicKey proven, PeerInformation? known)
    {
        if (message.HasPublicKey && !(PublicKey.TryParse(message.PublicKey.Span, out var claimed) && claimed.Equals(proven)))
            throw new Libp2pException($"Peer {proven.PeerId} sent an identify message with another key than its own.");

        known ??= new PeerInformation { PublicKey = proven };
        var record = message.HasSignedPeerRecord ? ReadRecord(message, proven) : null;
        if (record is not null && known.PeerRecord is { } newest && newest.Sequence > record.Sequence)
            record = newest; // It overtook the newer one on its way.
        return known with
        {
            ListenAddresses = record?.Addresses ?? (message.ListenAddrs.Count > 0 ? Addresses(message) : known.ListenAddresses),
            PeerRecord = record ?? known.PeerRecord,
            Protocols = message.Protocols.Count > 0 ? Protocols(message) : known.Protocols,
            ObservedAddress = Multiaddr.TryFromBytes(message.ObservedAddr.Span, out var observed) ? observed : known.ObservedAddress,
            ProtocolVersion = message.HasProtocolVersion ? message.ProtocolVersion : known.ProtocolVersion,
            AgentVersion = message.HasAgentVersion ? message.AgentVersion : known.AgentVersion,
        };
    }

    private static bool TryRead(ref ReadOnlySequence<byte> buffer, out IdentifyMessage message)
    {
        message = null!;
        Span<byte> prefix = stackalloc byte[Varint.MaxBytes];
        var window = buffer.Slice(0, Math.Min(buffer.Length, Varint.MaxBytes));
        window.CopyTo(prefix);
        var status = Varint.TryRead(prefix[..(int)window.Length], out var length, out var count);
        if (status == OperationStatus.InvalidData || length > MaxMessageBytes)
            throw new Libp2pException($"An identify message has at most {MaxMessageBytes} bytes.");
        if (status == OperationStatus.NeedMoreData || buffer.Length < count + (int)length)
            return false;

        try
        {
            message = Parser.ParseFrom(buffer.Slice(count, (int)length));
        }
        catch (InvalidProtocolBufferException error)
        {
            throw new Libp2pException("The peer's identify message is malformed.", error);
        }

        buffer = buffer.Slice(count + (int)length);
        return true;
    }

    private static SignedPeerRecord ReadRecord(IdentifyMessage message, PublicKey proven) =>
        SignedPeerRecord.TryParse(message.SignedPeerRecord.Span, out var record) && record.PublicKey.Equals(proven)
            ? record
            : throw new Libp2pException($"Peer {proven.PeerId} sent a record of its addresses that it has not signed.");

    private static List<Multiaddr> Addresses(IdentifyMessage message)
    {
        List<Multiaddr> addresses = [];
        foreach (var bytes in message.ListenAddrs)
        {
            if (Multiaddr.TryFromBytes(bytes.Span, out var address))
                addresses.Add(address);
        }

        return addresses;
    }

    private static List<ProtocolId> Protocols(IdentifyMessage message)
    {
        List<ProtocolId> protocols = [];
        foreach (var text in message.Protocols)
        {
            if (ProtocolId.TryParse(text, null, out var protocol))
                protocols.Add(protocol);
        }

        return protocols;
    }
}
