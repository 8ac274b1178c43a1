using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Orleans.Replication.Libp2p.Tests.Support;

namespace Orleans.Replication.Libp2p.Tests.Interop;

/// <summary>This host dials js-libp2p, an independent implementation, over TCP, Noise and Yamux.</summary>
[Collection(JsLibp2pCollection.Name)]
public sealed class DialsJsLibp2pTests(JsPeer js) : IAsyncLifetime
{
    private Libp2pHost _host = null!;

    public async ValueTask InitializeAsync()
    {
        js.Require();
        _host = await TestHost.StartAsync();
        _host.AddressBook.Add(js.PeerId, js.Address);
    }

    public async ValueTask DisposeAsync()
    {
        if (_host is not null)
            await _host.DisposeAsync();
    }

    [Fact]
    public async Task Ping_is_answered()
    {
        var roundTrip = await _host.PingAsync(js.PeerId).InTimeAsync("js answers a ping");

        Assert.InRange(roundTrip, TimeSpan.FromTicks(1), Eventually.Deadline);
    }

    [Fact]
    public async Task Identify_tells_who_it_is_and_what_it_serves()
    {
        var information = await _host.IdentifyAsync(js.PeerId).InTimeAsync("js identifies itself");

        Assert.Equal(js.PeerId, information.PublicKey!.PeerId);
        Assert.Contains("js-libp2p", information.AgentVersion, StringComparison.Ordinal);
        Assert.Contains(TestHost.Echo, information.Protocols);
        Assert.Contains(information.ListenAddresses, address => js.Address.ToString().StartsWith(address.ToString(), StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(64 * 1024)]
    [InlineData(1024 * 1024)]
    [InlineData(10 * 1024 * 1024)]
    public async Task Echo_brings_back_every_byte(int bytes) => await EchoAsync(bytes);

    [Fact]
    public async Task A_hundred_streams_at_once_bring_back_every_byte()
    {
        await _host.PingAsync(js.PeerId).InTimeAsync("the connection is ready at both ends");

        await Task.WhenAll(Enumerable.Range(0, 100).Select(i => EchoAsync(32 * 1024 + i)));
    }

    [Fact]
    public async Task A_stream_finished_by_this_side_still_brings_the_answer()
    {
        await using var stream = await OpenAsync("/count/1.0.0");
        await stream.Output.WriteAsync(new byte[123_456]);
        await stream.CloseWriteAsync().InTimeAsync("the end is sent");

        Assert.Equal("123456", Encoding.UTF8.GetString(await stream.Input.ReadToEndAsync()));
    }

    [Fact]
    public async Task A_stream_finished_by_the_other_side_still_takes_data()
    {
        await using var stream = await OpenAsync("/listen-only/1.0.0");
        Assert.Empty(await stream.Input.ReadToEndAsync());

        await stream.Output.WriteAsync(new byte[700_000]).InTimeAsync("js goes on reading after its end");
        await stream.CloseWriteAsync().InTimeAsync("the end is sent");

        Assert.Equal(700_000, (await js.ReportAsync("counted", "/listen-only/1.0.0"))["bytes"]!.GetValue<int>());
    }

    [Fact]
    public async Task A_reset_by_the_other_side_is_an_error_of_the_reader_and_the_connection_lives_on()
    {
        await using var stream = await OpenAsync("/abort/1.0.0");
        await stream.Output.WriteAsync(new byte[] { 1 });

        var error = await Assert.ThrowsAsync<StreamResetException>(() => stream.Input.ReadToEndAsync());

        Assert.True(error.IsRemote);
        await EchoAsync(1_000);
    }

    [Fact]
    public async Task A_reset_by_this_side_reaches_the_other_and_the_connection_lives_on()
    {
        await using var stream = await OpenAsync("/hold/1.0.0");
        await stream.Input.ReadExactlyAsync(1);

        stream.Reset();

        var report = await js.ReportAsync("closed", "/hold/1.0.0");
        Assert.Equal("StreamResetError", report["error"]!.GetValue<string>());
        await EchoAsync(1_000);
    }

    [Fact]
    public async Task A_protocol_that_js_does_not_serve_is_named_in_the_error()
    {
        await using var stream = await OpenAsync("/nobody/serves/this");
        // The refusal may be quicker, and ends the write then.
        var early = await Record.ExceptionAsync(async () => await stream.Output.WriteAsync("hello"u8.ToArray()));

        var error = await Assert.ThrowsAsync<UnsupportedProtocolException>(() => stream.Input.ReadToEndAsync());

        Assert.True(early is null or UnsupportedProtocolException, early?.ToString());
        Assert.Contains("/nobody/serves/this", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_first_of_several_protocols_that_js_serves_is_taken()
    {
        await using var stream = await _host.NewStreamAsync(js.PeerId, [new ProtocolId("/echo/2.0.0"), TestHost.Echo]).InTimeAsync("both sides agree");

        Assert.Equal(TestHost.Echo, stream.Protocol);
    }

    [Fact]
    public async Task Another_peers_id_at_the_address_of_js_is_refused()
    {
        using var other = PeerIdentity.Generate();
        var address = Multiaddr.Parse(js.Address.ToString().Replace(js.PeerId.ToString(), other.PeerId.ToString(), StringComparison.Ordinal));

        var error = await Assert.ThrowsAsync<PeerIdMismatchException>(() => _host.ConnectAsync(address).InTimeAsync("the dial is judged"));

        Assert.Equal((other.PeerId, js.PeerId), (error.Expected, error.Actual));
        Assert.Empty(_host.Connections);
    }

    private async Task<Libp2pStream> OpenAsync(string protocol) =>
        await _host.NewStreamAsync(js.PeerId, new ProtocolId(protocol)).InTimeAsync(string.Create(CultureInfo.InvariantCulture, $"a stream for {protocol} opens"));

    private async Task EchoAsync(int bytes)
    {
        var sent = RandomNumberGenerator.GetBytes(bytes);
        await using var stream = await OpenAsync(TestHost.Echo.Value);
        var reading = stream.Input.ReadToEndAsync();
        await stream.Output.WriteAsync(sent).InTimeAsync($"{bytes} bytes are sent");
        await stream.CloseWriteAsync().InTimeAsync("the end is sent");

        Assert.Equal(sent, await reading);
    }
}
