using System.Text.Json.Nodes;
using Orleans.Replication.Libp2p.Tests.Samples;

namespace Orleans.Replication.Libp2p.Tests.Interop;

/// <summary>samples/Echo as a process against js-libp2p, as dialler and as listener.</summary>
[Collection(JsLibp2pCollection.Name)]
public sealed class EchoSampleInteropTests(JsPeer js)
{
    [Theory]
    [InlineData("noise", true)]
    [InlineData("noise", false)]
    [InlineData("tls", true)]
    [InlineData("tls", false)]
    public async Task The_dialler_finds_nothing_wrong_with_js(string security, bool early)
    {
        js.Require();
        var address = await js.StartAsync($"{security}-early", security, early: true);

        var (exitCode, lines, errors) = await EchoProcess.DialAsync(address.ToString(), ["--security", security, .. Flags(early)]);

        Assert.Equal((0, ""), (exitCode, errors));
        Assert.Equal(EchoSampleTests.Checks, lines.Select(line => line["name"]!.GetValue<string>()));
    }

    [Theory]
    [InlineData("noise", true)]
    [InlineData("noise", false)]
    [InlineData("tls", true)]
    [InlineData("tls", false)]
    public async Task Js_finds_nothing_wrong_with_the_listener(string security, bool early)
    {
        js.Require();
        await js.StartAsync($"{security}-early", security, early: true);
        var (listener, address) = await EchoProcess.ListenAsync(Flags(early));
        await using var _ = listener;
        Task<JsonNode> DoAsync(string command, params (string Name, JsonNode Value)[] arguments) => js.DoAsync(
            command, address, new JsonObject([new("node", $"{security}-early"), .. arguments.Select(a => KeyValuePair.Create<string, JsonNode?>(a.Name, a.Value))]));

        await DoAsync("ping");
        var identify = await DoAsync("identify");
        var reset = await DoAsync("beReset", ("protocol", "/reset/1.0.0"));
        var sink = await DoAsync("sink", ("bytes", 1_000_003));
        var perf = await DoAsync("perf", ("upload", 700_001), ("download", 1_300_001));

        Assert.Contains("/perf/1.0.0", identify["protocols"]!.AsArray().Select(protocol => protocol!.GetValue<string>()));
        foreach (var (bytes, streams) in new[] { (0, 1), (1, 1), (64 * 1024, 1), (1024 * 1024, 1), (10 * 1024 * 1024, 1), (10_000, 100) })
            Assert.Equal(0, (await DoAsync("echo", ("bytes", bytes), ("streams", streams)))["mismatches"]!.GetValue<int>());
        Assert.Equal("StreamResetError", reset["error"]!.GetValue<string>());
        Assert.Equal((8, 1_000_003), (sink["length"]!.GetValue<int>(), sink["count"]!.GetValue<int>()));
        Assert.Equal((1_300_001, 0), (perf["length"]!.GetValue<int>(), perf["notZero"]!.GetValue<int>()));
    }

    private static string[] Flags(bool early) => early ? [] : ["--no-early-muxer"];
}
