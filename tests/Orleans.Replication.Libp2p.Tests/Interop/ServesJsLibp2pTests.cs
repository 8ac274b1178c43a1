using System.Globalization;
using System.Text;
using Orleans.Replication.Libp2p.Tests.Support;

namespace Orleans.Replication.Libp2p.Tests.Interop;

/// <summary>js-libp2p, an independent implementation, dials this host over TCP, Noise and Yamux.</summary>
[Collection(JsLibp2pCollection.Name)]
public sealed class ServesJsLibp2pTests(JsPeer js) : IAsyncLifetime
{
    private readonly TaskCompletionSource<Exception?> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Libp2pHost _host = null!;

    public async ValueTask InitializeAsync()
    {
        js.Require();
        _host = await TestHost.StartEchoAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_host is not null)
            await _host.DisposeAsync();
    }

    [Fact]
    public async Task The_connection_is_secured_and_multiplexed()
    {
        var connection = await js.DoAsync("connect", _host.AddressOf());

        Assert.Equal("/noise", connection["encryption"]!.GetValue<string>());
        Assert.Equal("/yamux/1.0.0", connection["multiplexer"]!.GetValue<string>());
        Assert.Equal(_host.PeerId.ToString(), connection["remotePeer"]!.GetValue<string>());
        await Eventually.TrueAsync(() => _host.Connections.Any(c => c.RemotePeer == js.PeerId), "this host knows js by its proven id");
    }

    [Fact]
    public async Task Ping_is_answered()
    {
        var answer = await js.DoAsync("ping", _host.AddressOf());

        Assert.InRange(answer["milliseconds"]!.GetValue<double>(), 0, Eventually.Deadline.TotalMilliseconds);
    }

    [Fact]
    public async Task Identify_tells_who_this_is_and_what_it_serves()
    {
        var information = await js.DoAsync("identify", _host.AddressOf());

        Assert.Equal(_host.PeerId.ToString(), information["peerId"]!.GetValue<string>());
        Assert.Equal("orleans-replication", information["agentVersion"]!.GetValue<string>());
        Assert.Contains(TestHost.Echo.Value, information["protocols"]!.AsArray().Select(p => p!.GetValue<string>()));
        Assert.Contains(_host.ListenAddresses[0].ToString(), information["listenAddresses"]!.AsArray().Select(p => p!.GetValue<string>()));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(64 * 1024)]
    [InlineData(1024 * 1024)]
    [InlineData(10 * 1024 * 1024)]
    public async Task Echo_brings_back_every_byte(int bytes)
    {
        var answer = await js.DoAsync("echo", _host.AddressOf(), new() { ["bytes"] = bytes });

        Assert.Equal(0, answer["mismatches"]!.GetValue<int>());
    }

    [Fact]
    public async Task A_hundred_streams_at_once_bring_back_every_byte()
    {
        var answer = await js.DoAsync("echo", _host.AddressOf(), new() { ["bytes"] = 32 * 1024, ["streams"] = 100 });

        Assert.Equal(0, answer["mismatches"]!.GetValue<int>());
    }

    [Fact]
    public async Task A_stream_finished_by_the_other_side_still_brings_the_answer()
    {
        Serve("/count/1.0.0", async stream =>
        {
            var bytes = await stream.Input.ReadToEndAsync();
            await stream.Output.WriteAsync(Encoding.UTF8.GetBytes(bytes.Length.ToString(CultureInfo.InvariantCulture)));
            await stream.CloseWriteAsync();
        });

        var answer = await js.DoAsync("count", _host.AddressOf(), new() { ["bytes"] = 123_456 });

        Assert.Equal("123456", answer["answer"]!.GetValue<string>());
        Assert.Null(await _ended.Task.InTimeAsync("the handler ends"));
    }

    [Fact]
    public async Task A_stream_finished_by_this_side_still_takes_data()
    {
        var counted = 0;
        Serve("/listen-only/1.0.0", async stream =>
        {
            await stream.CloseWriteAsync();
            counted = (await stream.Input.ReadToEndAsync()).Length;
        });

        await js.DoAsync("sendAfterEnd", _host.AddressOf(), new() { ["bytes"] = 700_000 });

        Assert.Null(await _ended.Task.InTimeAsync("the handler ends"));
        Assert.Equal(700_000, counted);
    }

    [Fact]
    public async Task A_reset_by_the_other_side_is_an_error_of_the_reader()
    {
        Serve("/hold/1.0.0", async stream =>
        {
            await stream.Output.WriteAsync("!"u8.ToArray());
            await stream.Input.ReadToEndAsync();
        });

        await js.DoAsync("abort", _host.AddressOf());

        var error = await _ended.Task.InTimeAsync("the handler ends");
        Assert.True(Assert.IsType<StreamResetException>(error).IsRemote);
        Assert.Equal(0, (await js.DoAsync("echo", _host.AddressOf(), new() { ["bytes"] = 1 }))["mismatches"]!.GetValue<int>());
    }

    [Fact]
    public async Task A_reset_by_this_side_reaches_the_other()
    {
        Serve("/abort/1.0.0", async stream =>
        {
            await stream.Input.ReadExactlyAsync(1);
            stream.Reset();
        });

        var answer = await js.DoAsync("beReset", _host.AddressOf());

        Assert.Equal("StreamResetError", answer["error"]!.GetValue<string>());
    }

    [Fact]
    public async Task Js_refuses_another_peers_id_at_this_address()
    {
        using var other = PeerIdentity.Generate();

        var error = await Assert.ThrowsAsync<JsPeerException>(() => js.DoAsync("connect", _host.ListenAddresses[0].WithPeerId(other.PeerId)));

        Assert.Contains("does not match expected", error.Message, StringComparison.Ordinal);
        await Eventually.TrueAsync(() => _host.Connections.Count == 0, "the connection that js gave up is gone");
    }

    [Fact]
    public async Task Js_is_told_when_a_protocol_is_not_served()
    {
        var error = await Assert.ThrowsAsync<JsPeerException>(() => js.DoAsync("count", _host.AddressOf(), new() { ["bytes"] = 1 }));

        Assert.Contains("UnsupportedProtocolError", error.Message, StringComparison.Ordinal);
    }

    private void Serve(string protocol, Func<Libp2pStream, Task> handler) =>
        _host.SetStreamHandler(new(protocol), async (stream, _) => _ended.TrySetResult(await Record.ExceptionAsync(() => handler(stream))));
}
