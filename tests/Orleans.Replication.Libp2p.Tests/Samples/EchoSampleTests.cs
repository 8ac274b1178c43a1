using System.IO.Pipelines;
using Orleans.Replication.Libp2p.Tests.Support;

namespace Orleans.Replication.Libp2p.Tests.Samples;

/// <summary>samples/Echo as real processes: the listener, the dialler, and what the dialler says of a peer that does something else.</summary>
public sealed class EchoSampleTests
{
    internal static readonly string[] Checks =
    [
        "connect", "ping", "identify", "echo-0", "echo-1", "echo-65536", "echo-1048576", "echo-10485760", "echo-100-streams", "half-close", "reset", "sink", "perf",
    ];

    [Theory]
    [InlineData("both", "", "noise", "", "/noise", true)]
    [InlineData("both", "", "tls", "", "/tls/1.0.0", true)]
    [InlineData("noise", "--no-early-muxer", "both", "", "/noise", false)]
    [InlineData("tls", "", "both", "--no-early-muxer", "/tls/1.0.0", false)]
    public async Task The_dialler_finds_nothing_wrong_with_the_listener(
        string listenerSecurity, string listenerMuxer, string diallerSecurity, string diallerMuxer, string security, bool early)
    {
        var (listener, address) = await EchoProcess.ListenAsync(["--security", listenerSecurity, .. Optional(listenerMuxer)]);
        await using var _ = listener;

        var (exitCode, lines, errors) = await EchoProcess.DialAsync(address.ToString(), ["--security", diallerSecurity, .. Optional(diallerMuxer)]);

        Assert.Equal((0, ""), (exitCode, errors));
        Assert.Equal(Checks, lines.Select(line => line["name"]!.GetValue<string>()));
        Assert.All(lines, line => Assert.True(line["ok"]!.GetValue<bool>(), line.ToJsonString()));
        var connect = lines[0]["detail"]!;
        Assert.Equal((security, early), (connect["security"]!.GetValue<string>(), connect["earlyMuxer"]!.GetValue<bool>()));
    }

    [Fact]
    public async Task The_dialler_names_what_a_peer_does_wrong()
    {
        await using var host = await TestHost.StartAsync();
        host.SetStreamHandler(TestHost.Echo, async (stream, stop) =>
        {
            // Brings back every byte but changes the first.
            var result = await stream.Input.ReadAsync(stop);
            var first = result.Buffer.Slice(0, Math.Min(1, result.Buffer.Length));
            if (!first.IsEmpty)
                await stream.Output.WriteAsync(new[] { (byte)(first.FirstSpan[0] + 1) }, stop);
            stream.Input.AdvanceTo(first.End);
            await stream.Input.CopyToAsync(stream.Output, stop);
            await stream.CloseWriteAsync(stop);
        });

        var (exitCode, lines, errors) = await EchoProcess.DialAsync(host.AddressOf().ToString());

        Assert.Equal(1, exitCode);
        Assert.Equal(Checks, lines.Select(line => line["name"]!.GetValue<string>()));
        bool Passed(string name) => lines.Single(line => line["name"]!.GetValue<string>() == name)["ok"]!.GetValue<bool>();
        Assert.True(Passed("ping") && Passed("identify") && Passed("echo-0"));
        Assert.False(Passed("echo-1") || Passed("echo-10485760") || Passed("echo-100-streams") || Passed("half-close"));
        Assert.False(Passed("sink") || Passed("perf") || Passed("reset")); // Not served at all.
        Assert.Contains("echo-65536: Byte 0 is", errors, StringComparison.Ordinal);
        Assert.Contains("sink: The other side does not serve /sink/1.0.0", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_peer_that_cannot_be_reached_is_named_and_so_is_an_address_that_is_none()
    {
        using var nobody = PeerIdentity.Generate();

        var unreachable = await EchoProcess.DialAsync($"/ip4/127.0.0.1/tcp/1/p2p/{nobody.PeerId}");
        var senseless = await EchoProcess.DialAsync("/ip4/127.0.0.1/tcp/1");

        Assert.Equal(1, unreachable.ExitCode);
        Assert.Equal("connect", Assert.Single(unreachable.Lines)["name"]!.GetValue<string>());
        Assert.Contains(nobody.PeerId.ToString(), unreachable.Errors, StringComparison.Ordinal);
        Assert.Equal(2, senseless.ExitCode);
    }

    private static string[] Optional(string argument) => argument.Length == 0 ? [] : [argument];
}
