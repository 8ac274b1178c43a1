using System.Buffers;
using System.IO.Pipelines;
using System.Security.Cryptography;
using Orleans.Replication.Libp2p.Swarm;

namespace Orleans.Replication.Libp2p.Ping;

/// <summary>The ping protocol: 32 random bytes there and back, as often as wanted on one stream (libp2p specs, ping/ping.md).</summary>
internal static class PingService
{
    internal static readonly ProtocolId Protocol = new("/ipfs/ping/1.0.0");

    private const int PayloadBytes = 32;

    /// <summary>The specs' limit of inbound ping streams per peer.</summary>
    private const int MaxStreamsPerConnection = 2;

    internal static void Register(Libp2pHost host) =>
        host.SetStreamHandler(Protocol, EchoAsync, new StreamHandlerOptions { MaxStreamsPerConnection = MaxStreamsPerConnection });

    internal static async ValueTask<TimeSpan> PingAsync(Libp2pHost host, PeerId peer, CancellationToken cancellationToken)
    {
        var payload = new byte[PayloadBytes];
        RandomNumberGenerator.Fill(payload);
        var stream = await host.NewStreamAsync(peer, Protocol, cancellationToken).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            await stream.WaitForNegotiationAsync(cancellationToken).ConfigureAwait(false); // Only the echo itself is measured.
            var sent = host.Swarm.Time.GetTimestamp();
            await stream.Output.WriteAsync(payload, cancellationToken).ConfigureAwait(false);
            var result = await stream.Input.ReadAtLeastAsync(PayloadBytes, cancellationToken).ConfigureAwait(false);
            var elapsed = host.Swarm.Time.GetElapsedTime(sent);
            var matches = result.Buffer.Length == PayloadBytes && result.Buffer.ToArray().AsSpan().SequenceEqual(payload);
            stream.Input.AdvanceTo(result.Buffer.End);
            if (!matches)
                throw new Libp2pException($"Peer {peer} did not echo the ping.");
            await FinishAsync(stream, host.Swarm, cancellationToken).ConfigureAwait(false);
            return elapsed;
        }
    }

    /// <summary>Waits for the peer to end the stream too: peers grant few ping streams at once, and the next must find this one gone.</summary>
    private static async Task FinishAsync(Libp2pStream stream, SwarmContext swarm, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(swarm.Options.NegotiationTimeout, swarm.Time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            await stream.Output.CompleteAsync().ConfigureAwait(false);
            var result = await stream.Input.ReadAsync(linked.Token).ConfigureAwait(false);
            stream.Input.AdvanceTo(result.Buffer.End);
        }
        catch (Exception error) when (error is IOException or OperationCanceledException)
        {
            // The echo was there; how the stream ends does not matter.
        }
    }

    private static async Task EchoAsync(Libp2pStream stream, CancellationToken cancellationToken)
    {
        while (true)
        {
            var result = await stream.Input.ReadAtLeastAsync(PayloadBytes, cancellationToken).ConfigureAwait(false);
            if (result.Buffer.Length < PayloadBytes)
                return; // The end; a rest is not an echo.

            var payload = result.Buffer.Slice(0, PayloadBytes);
            foreach (var segment in payload)
                stream.Output.Write(segment.Span);
            stream.Input.AdvanceTo(payload.End);
            await stream.Output.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
    }
}
