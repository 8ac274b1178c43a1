using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using Orleans.Replication.Libp2p.Diagnostics;
using Orleans.Replication.Libp2p.Multistream;
using Orleans.Replication.Libp2p.Noise;
using Orleans.Replication.Libp2p.Security;
using Orleans.Replication.Libp2p.Swarm;
using Orleans.Replication.Libp2p.Transport;
using Orleans.Replication.Libp2p.Yamux;

namespace Orleans.Replication.Libp2p.Tests.Support;

/// <summary>
/// A peer that dials a host and proves who it is as any other does, and from then on sends exactly the frames that a test tells it to.
/// </summary>
internal sealed class FrameDialer : IAsyncDisposable
{
    private readonly SocketConnection _socket;
    private readonly SecureConnection _secured;

    private FrameDialer(SocketConnection socket, SecureConnection secured) => (_socket, _secured) = (socket, secured);

    internal static async Task<FrameDialer> ConnectAsync(Libp2pHost host, PeerIdentity identity)
    {
        host.ListenAddresses[0].TryGetTcpEndPoint(out var address);
        var socket = new SocketConnection(await TcpDialer.ConnectAsync((IPEndPoint)address!, default), new TransferCount());
        await MultistreamSelect.ProposeAsync(socket, [NoiseTransport.Protocol], default).InTimeAsync("the host takes Noise");
        using var noise = new NoiseTransport(identity, [Upgrader.Yamux]);
        return new FrameDialer(socket, await noise.SecureOutboundAsync(socket, host.PeerId, default).InTimeAsync("the connection is secured"));
    }

    /// <summary>A frame with the body behind it; the length is what the header claims, right or wrong.</summary>
    internal static byte[] Frame(FrameType type, FrameFlags flags, uint streamId, uint length, ReadOnlySpan<byte> body = default)
    {
        var bytes = new byte[FrameHeader.Size + body.Length];
        new FrameHeader(type, flags, streamId, length).Write(bytes);
        body.CopyTo(bytes.AsSpan(FrameHeader.Size));
        return bytes;
    }

    /// <summary>A data frame that claims what it holds.</summary>
    internal static byte[] Data(uint streamId, ReadOnlySpan<byte> body, FrameFlags flags = FrameFlags.None) =>
        Frame(FrameType.Data, flags, streamId, (uint)body.Length, body);

    /// <summary>The first frame of a stream for a protocol.</summary>
    internal static byte[] Open(uint streamId, ProtocolId protocol)
    {
        var proposal = new Pipe();
        MultistreamLine.Header.WriteTo(proposal.Writer);
        MultistreamLine.Of(protocol).WriteTo(proposal.Writer);
        proposal.Writer.Complete();
        return proposal.Reader.TryRead(out var read) ? Data(streamId, read.Buffer.ToArray(), FrameFlags.Syn) : throw new InvalidOperationException("Nothing was written.");
    }

    internal async Task SendAsync(ReadOnlyMemory<byte> bytes) => await _secured.Output.WriteAsync(bytes).InTimeAsync("frames are sent");

    /// <summary>Reads until the host ends the connection, and returns the code of its go-away; null when it went without one.</summary>
    internal async Task<YamuxErrorCode?> ReadGoAwayAsync()
    {
        var received = new ArrayBufferWriter<byte>();
        try
        {
            while (true)
            {
                var result = await _secured.Input.ReadAsync().InTimeAsync("the host ends the connection");
                foreach (var segment in result.Buffer)
                    received.Write(segment.Span);
                _secured.Input.AdvanceTo(result.Buffer.End);
                if (result.IsCompleted)
                    break;
            }
        }
        catch (IOException)
        {
            // A reset of the socket: what came before it counts.
        }

        return FindGoAway(received.WrittenSpan);
    }

    /// <summary>Ends the connection as a peer that vanishes does.</summary>
    public ValueTask DisposeAsync()
    {
        _socket.Abort();
        _secured.Dispose();
        _socket.Dispose();
        return ValueTask.CompletedTask;
    }

    private static YamuxErrorCode? FindGoAway(ReadOnlySpan<byte> received)
    {
        while (received.Length >= FrameHeader.Size)
        {
            var frame = FrameHeader.Read(received);
            if (frame.Type == FrameType.GoAway)
                return (YamuxErrorCode)frame.Length;
            var body = frame.Type == FrameType.Data ? (int)frame.Length : 0;
            received = received[Math.Min(received.Length, FrameHeader.Size + body)..];
        }

        return null;
    }
}
