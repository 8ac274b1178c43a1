using System.Buffers;
using System.IO.Pipelines;

namespace Orleans.Replication.Libp2p.Tests.Support;

/// <summary>Makes hosts on loopback with ports of their own.</summary>
internal static class TestHost
{
    internal static readonly ProtocolId Echo = new("/echo/1.0.0");

    internal static async Task<Libp2pHost> StartAsync(Action<Libp2pOptions>? configure = null)
    {
        // Identify is asked for by the tests that are about it; others count streams.
        var options = new Libp2pOptions { IdentifyOnConnect = false };
        configure?.Invoke(options);
        if (options.ListenAddresses.Count == 0)
            options.ListenAddresses.Add(Multiaddr.Parse("/ip4/127.0.0.1/tcp/0"));
        var host = new Libp2pHost(options);
        await host.StartAsync();
        return host;
    }

    /// <summary>A host that serves <see cref="Echo"/>.</summary>
    internal static async Task<Libp2pHost> StartEchoAsync(Action<Libp2pOptions>? configure = null)
    {
        var host = await StartAsync(configure);
        host.SetStreamHandler(Echo, EchoAsync);
        return host;
    }

    internal static Multiaddr AddressOf(this Libp2pHost host) => host.ListenAddresses[0].WithPeerId(host.PeerId);

    /// <summary>Lets one host know where another is.</summary>
    internal static void Knows(this Libp2pHost host, Libp2pHost other) => host.AddressBook.Set(other.PeerId, other.ListenAddresses);

    internal static async Task EchoAsync(Libp2pStream stream, CancellationToken cancellationToken)
    {
        await stream.Input.CopyToAsync(stream.Output, cancellationToken);
        await stream.CloseWriteAsync(cancellationToken);
    }

    internal static async Task<byte[]> ReadToEndAsync(this PipeReader reader)
    {
        while (true)
        {
            var result = await reader.ReadAsync().InTimeAsync("the other side ends its half of the stream");
            if (result.IsCompleted)
            {
                var bytes = result.Buffer.ToArray();
                reader.AdvanceTo(result.Buffer.End);
                return bytes;
            }

            reader.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        }
    }

    internal static async Task<byte[]> ReadExactlyAsync(this PipeReader reader, int count)
    {
        var result = await reader.ReadAtLeastAsync(count).InTimeAsync($"{count} bytes arrive");
        Assert.True(result.Buffer.Length >= count, $"The stream ended after {result.Buffer.Length} of {count} bytes.");
        var bytes = result.Buffer.Slice(0, count).ToArray();
        reader.AdvanceTo(result.Buffer.GetPosition(count));
        return bytes;
    }
}
