using Google.Protobuf;
using Orleans.Replication.Libp2p.Swarm;

namespace Orleans.Replication.Libp2p.Identify;

/// <summary>What this host tells others about itself, each of them what concerns it.</summary>
internal sealed class OwnDescription(Libp2pHost host, SwarmContext swarm)
{
    private readonly Lock _lock = new();
    private SignedPeerRecord? _record;

    /// <summary>The newest signed record of this host's addresses; signed again when they have changed.</summary>
    internal SignedPeerRecord Record
    {
        get
        {
            var addresses = host.AnnouncedAddresses;
            lock (_lock)
            {
                if (_record is null || !_record.Addresses.SequenceEqual(addresses))
                    _record = SignedPeerRecord.Create(host.Identity, NextSequence(), addresses);
                return _record;
            }
        }
    }

    /// <summary>The message for the peer of a connection.</summary>
    internal IdentifyMessage For(Libp2pConnection connection)
    {
        var record = Record;
        var message = new IdentifyMessage
        {
            PublicKey = ByteString.CopyFrom(host.PublicKey.Protobuf.Span),
            ProtocolVersion = host.Options.ProtocolVersion,
            AgentVersion = host.Options.AgentVersion,
            ObservedAddr = ByteString.CopyFrom(connection.RemoteAddress.Bytes.Span),
            SignedPeerRecord = ByteString.CopyFrom(record.Envelope.Span),
        };
        message.ListenAddrs.AddRange(record.Addresses.Select(address => ByteString.CopyFrom(address.Bytes.Span)));
        message.Protocols.AddRange(swarm.Handlers.ServedTo(connection.RemotePeer).Select(protocol => protocol.Value));
        return message;
    }

    /// <summary>Rises also from one run of this peer to the next, as long as its clock does not fall back.</summary>
    private ulong NextSequence() => Math.Max((ulong)swarm.Time.GetUtcNow().ToUnixTimeMilliseconds(), (_record?.Sequence ?? 0) + 1);
}
