using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Security.Cryptography;
using Echo.Protocols;
using Orleans.Replication.Libp2p;

namespace Echo.Checks;

/// <summary>What is checked about a peer. Each check uses a stream of its own and throws when something differs.</summary>
internal sealed class PeerChecks(Libp2pHost host, PeerId peer)
{
    private const int ManyStreams = 100;
    private const int SmallBytes = 10_000;

    /// <summary>The checks in the order in which they run. The first ones also see to it that the connection is ready before many streams are opened.</summary>
    internal IEnumerable<(string Name, Func<CancellationToken, Task<object?>> Check)> All =>
    [
        ("ping", PingAsync),
        ("identify", IdentifyAsync),
        ("echo-0", token => EchoAsync(0, token)),
        ("echo-1", token => EchoAsync(1, token)),
        ("echo-65536", token => EchoAsync(64 * 1024, token)),
        ("echo-1048576", token => EchoAsync(1024 * 1024, token)),
        ("echo-10485760", token => EchoAsync(10 * 1024 * 1024, token)),
        ("echo-100-streams", EchoOnManyStreamsAsync),
        ("half-close", HalfCloseAsync),
        ("reset", ResetAsync),
        ("sink", SinkAsync),
        ("perf", PerfAsync),
    ];

    private async Task<object?> PingAsync(CancellationToken cancellationToken) =>
        new { milliseconds = (await host.PingAsync(peer, cancellationToken)).TotalMilliseconds };

    private async Task<object?> IdentifyAsync(CancellationToken cancellationToken)
    {
        var information = await host.IdentifyAsync(peer, cancellationToken);
        if (information.PublicKey.PeerId != peer)
            throw new CheckFailedException($"The peer calls itself {information.PublicKey.PeerId}.");
        if (!information.Protocols.Contains(EchoProtocol.Id))
            throw new CheckFailedException($"The peer does not say that it serves {EchoProtocol.Id}.");
        return new
        {
            agent = information.AgentVersion,
            protocolVersion = information.ProtocolVersion,
            protocols = information.Protocols.Select(protocol => protocol.Value),
            addrs = information.ListenAddresses.Select(address => address.ToString()),
            observed = information.ObservedAddress?.ToString(),
            signedRecord = information.PeerRecord is not null,
        };
    }

    private async Task<object?> EchoAsync(int bytes, CancellationToken cancellationToken)
    {
        var sent = RandomNumberGenerator.GetBytes(bytes);
        await using var stream = await host.NewStreamAsync(peer, EchoProtocol.Id, cancellationToken);
        var (reading, writing) = (ReadAsync(), WriteAsync());
        await Task.WhenAll(reading, writing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await reading; // Its failure comes first, whichever was noticed first: the writer's may be its consequence.
        await writing;
        return null;

        async Task ReadAsync()
        {
            try
            {
                await stream.Input.ExpectAsync(sent, cancellationToken);
            }
            catch (CheckFailedException)
            {
                stream.Reset(); // Nobody reads on, so the writer must not wait for the peer.
                throw;
            }
        }

        async Task WriteAsync()
        {
            await stream.Output.WriteAsync(sent, cancellationToken);
            await stream.CloseWriteAsync(cancellationToken);
        }
    }

    private async Task<object?> EchoOnManyStreamsAsync(CancellationToken cancellationToken)
    {
        await Task.WhenAll(Enumerable.Range(0, ManyStreams).Select(index => EchoAsync(SmallBytes + index, cancellationToken)));
        return null;
    }

    /// <summary>This side ends its direction before it reads anything: the other one must still bring everything, and then end.</summary>
    private async Task<object?> HalfCloseAsync(CancellationToken cancellationToken)
    {
        var sent = RandomNumberGenerator.GetBytes(SmallBytes);
        await using var stream = await host.NewStreamAsync(peer, EchoProtocol.Id, cancellationToken);
        await stream.Output.WriteAsync(sent, cancellationToken);
        await stream.CloseWriteAsync(cancellationToken);
        await stream.Input.ExpectAsync(sent, cancellationToken);
        return null;
    }

    /// <summary>The peer resets the stream; the connection must live on.</summary>
    private async Task<object?> ResetAsync(CancellationToken cancellationToken)
    {
        await using var stream = await OpenAsync(ResetProtocol.Id, cancellationToken);
        await stream.Output.WriteAsync(new byte[] { 1 }, cancellationToken);
        try
        {
            await stream.Input.DiscardToEndAsync(cancellationToken);
        }
        catch (StreamResetException error) when (error.IsRemote)
        {
            return await EchoAsync(1, cancellationToken);
        }

        throw new CheckFailedException("The peer ended the stream instead of resetting it.");
    }

    private async Task<object?> SinkAsync(CancellationToken cancellationToken)
    {
        const int Bytes = 1_000_003;
        await using var stream = await OpenAsync(SinkProtocol.Id, cancellationToken);
        await stream.Output.WriteAsync(new byte[Bytes], cancellationToken);
        await stream.CloseWriteAsync(cancellationToken);
        await stream.Input.ExpectAsync(BigEndian(Bytes), cancellationToken);
        return null;
    }

    private async Task<object?> PerfAsync(CancellationToken cancellationToken)
    {
        const int Upload = 1_500_000;
        const int Download = 2_500_000;
        await using var stream = await OpenAsync(PerfProtocol.Id, cancellationToken);
        await stream.Output.WriteAsync(BigEndian(Download), cancellationToken);
        await stream.Output.WriteAsync(new byte[Upload], cancellationToken);
        await stream.CloseWriteAsync(cancellationToken);
        await stream.Input.ExpectAsync(new byte[Download], cancellationToken);
        return null;
    }

    /// <summary>Opens a stream and waits until the peer has accepted the protocol: a refusal is a clearer reason than the reset it leads to.</summary>
    private async Task<Libp2pStream> OpenAsync(ProtocolId protocol, CancellationToken cancellationToken)
    {
        var stream = await host.NewStreamAsync(peer, protocol, cancellationToken);
        await stream.WaitForNegotiationAsync(cancellationToken);
        return stream;
    }

    private static byte[] BigEndian(ulong number)
    {
        var bytes = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, number);
        return bytes;
    }
}
