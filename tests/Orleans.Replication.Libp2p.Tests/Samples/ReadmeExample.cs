using System.IO.Pipelines;
using System.Text;
using Orleans.Replication.Libp2p;

namespace Orleans.Replication.Libp2p.Tests.Samples;

/// <summary>The example of the package's README, as it stands there.</summary>
internal static class ReadmeExample
{
    internal static async Task RunAsync()
    {
        var echo = new ProtocolId("/echo/1.0.0");

        await using var server = new Libp2pHost(new() { ListenAddresses = { Multiaddr.Parse("/ip4/127.0.0.1/tcp/0") } });
        server.SetStreamHandler(echo, async (stream, stop) =>
        {
            await stream.Input.CopyToAsync(stream.Output, stop);
            await stream.CloseWriteAsync(stop);
        });
        await server.StartAsync();

        await using var client = new Libp2pHost(new());
        await client.StartAsync();
        await client.ConnectAsync(server.ListenAddresses[0].WithPeerId(server.PeerId));

        await using var stream = await client.NewStreamAsync(server.PeerId, echo);
        await stream.Output.WriteAsync("hello"u8.ToArray());
        await stream.CloseWriteAsync();
        var answer = await stream.Input.ReadAtLeastAsync(5);
        Console.WriteLine(Encoding.UTF8.GetString(answer.Buffer));
    }

    /// <summary>Stands for the system's, to hear what the example says.</summary>
    internal static class Console
    {
        internal static string? LastLine { get; private set; }

        internal static void WriteLine(string line) => LastLine = line;
    }
}
