using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Orleans.Replication.Libp2p.Tests.Support;

namespace Orleans.Replication.Libp2p.Tests.Interop;

/// <summary>
/// Every way to secure a connection with js-libp2p: Noise and TLS, the muxer agreed on early or left to multistream-select by either side, both directions.
/// </summary>
[Collection(JsLibp2pCollection.Name)]
public sealed class SecurityMatrixTests(JsPeer js) : IAsyncLifetime
{
    private Libp2pHost? _host;

    /// <summary>Security, whether js agrees early, whether this host does.</summary>
    public static TheoryData<string, bool, bool> Matrix { get; } = new MatrixTheoryData<string, bool, bool>(["noise", "tls"], [true, false], [true, false]);

    public ValueTask InitializeAsync()
    {
        js.Require();
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        if (_host is not null)
            await _host.DisposeAsync();
    }

    [Theory]
    [MemberData(nameof(Matrix))]
    public async Task This_host_dials_js(string security, bool jsEarly, bool early)
    {
        var address = await js.StartAsync(Name(security, jsEarly), security, jsEarly);
        _host = await StartAsync(security, early);

        var connection = await _host.ConnectAsync(address).InTimeAsync("js is dialled");
        await _host.PingAsync(connection.RemotePeer).InTimeAsync("js answers a ping");
        var information = await _host.IdentifyAsync(connection.RemotePeer).InTimeAsync("js identifies itself");
        await EchoAsync(connection.RemotePeer, 300_000);

        Assert.Equal(address.PeerId, connection.RemotePeer);
        Assert.Equal(connection.RemotePeer, information.PublicKey.PeerId);
        AssertAgreed(connection, security, jsEarly && early);
    }

    [Theory]
    [MemberData(nameof(Matrix))]
    public async Task Js_dials_this_host(string security, bool jsEarly, bool early)
    {
        await js.StartAsync(Name(security, jsEarly), security, jsEarly);
        _host = await StartAsync(security, early);
        JsonObject Arguments() => new() { ["node"] = Name(security, jsEarly), ["bytes"] = 300_000, ["streams"] = 3 };

        var seen = await js.DoAsync("connect", _host.AddressOf(), Arguments());
        await js.DoAsync("ping", _host.AddressOf(), Arguments());
        var information = await js.DoAsync("identify", _host.AddressOf(), Arguments());
        var echoed = await js.DoAsync("echo", _host.AddressOf(), Arguments());

        Assert.Equal(security == "noise" ? "/noise" : "/tls/1.0.0", seen["encryption"]!.GetValue<string>());
        Assert.Equal("/yamux/1.0.0", seen["multiplexer"]!.GetValue<string>());
        Assert.Equal(_host.PeerId.ToString(), information["peerId"]!.GetValue<string>());
        Assert.Equal(0, echoed["mismatches"]!.GetValue<int>());
        AssertAgreed(_host.Connections.Single(), security, jsEarly && early);
    }

    private static string Name(string security, bool early) => $"{security}-{(early ? "early" : "negotiated")}";

    private static Task<Libp2pHost> StartAsync(string security, bool early) => TestHost.StartEchoAsync(options =>
    {
        options.Security = [Enum.Parse<SecurityProtocol>(security, ignoreCase: true)];
        options.EarlyMuxerNegotiation = early;
    });

    private static void AssertAgreed(Libp2pConnection connection, string security, bool early)
    {
        Assert.Equal(security == "noise" ? "/noise" : "/tls/1.0.0", connection.Security.Value);
        Assert.Equal("/yamux/1.0.0", connection.Multiplexer.Value);
        Assert.Equal(early, connection.UsedEarlyMuxerNegotiation);
    }

    private async Task EchoAsync(PeerId peer, int bytes)
    {
        var sent = RandomNumberGenerator.GetBytes(bytes);
        await using var stream = await _host!.NewStreamAsync(peer, TestHost.Echo).InTimeAsync("a stream opens");
        var reading = stream.Input.ReadToEndAsync();
        await stream.Output.WriteAsync(sent).InTimeAsync("everything is sent");
        await stream.CloseWriteAsync().InTimeAsync("the end is sent");
        Assert.Equal(sent, await reading);
    }
}
