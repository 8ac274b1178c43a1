using System.Text.Json.Nodes;
using Orleans.Replication.Libp2p.Tests.Support;

namespace Orleans.Replication.Libp2p.Tests.Interop;

/// <summary>Identify push and signed peer records between this host and js-libp2p.</summary>
[Collection(JsLibp2pCollection.Name)]
public sealed class IdentifyPushTests(JsPeer js) : IAsyncLifetime
{
    private Libp2pHost _host = null!;

    public async ValueTask InitializeAsync()
    {
        js.Require();
        _host = await TestHost.StartAsync(options => options.IdentifyOnConnect = true);
    }

    public async ValueTask DisposeAsync()
    {
        if (_host is not null)
            await _host.DisposeAsync();
    }

    [Fact]
    public async Task A_push_of_js_is_taken()
    {
        var late = new ProtocolId($"/js/late/{Guid.NewGuid()}"); // The node is shared and goes on serving it.
        await _host.ConnectAsync(js.Address).InTimeAsync("js is dialled");
        await Eventually.TrueAsync(() => _host.Connections[0].RemoteInformation is not null, "js has described itself");
        Assert.DoesNotContain(late, _host.Connections[0].RemoteInformation!.Protocols);

        await js.DoAsync("push", _host.AddressOf(), new JsonObject { ["protocol"] = late.Value });

        await Eventually.TrueAsync(
            () => _host.Connections.Any(connection => connection.RemoteInformation?.Protocols.Contains(late) == true), "js has told of its new protocol");
    }

    [Fact]
    public async Task The_signed_record_of_js_is_verified()
    {
        await _host.ConnectAsync(js.Address).InTimeAsync("js is dialled");

        var information = await _host.IdentifyAsync(js.PeerId).InTimeAsync("js describes itself");

        Assert.Equal(js.PeerId, information.PeerRecord?.PublicKey.PeerId);
        Assert.Contains(js.Address.WithoutPeerId(), information.PeerRecord!.Addresses);
    }

    [Fact]
    public async Task Js_takes_a_push_of_this_host_and_verifies_its_signed_record()
    {
        await js.DoAsync("identify", _host.AddressOf());
        var late = new ProtocolId("/net/late/1.0.0");

        _host.SetStreamHandler(late, TestHost.EchoAsync);

        JsonNode heard = new JsonObject();
        for (var deadline = DateTime.UtcNow + Eventually.Deadline; DateTime.UtcNow < deadline;)
        {
            heard = await js.DoAsync("heard", _host.AddressOf(), new JsonObject { ["peerId"] = _host.PeerId.ToString() });
            if (heard["protocols"]!.AsArray().Any(protocol => protocol!.GetValue<string>() == late.Value))
                break;
        }

        Assert.Contains(late.Value, heard["protocols"]!.AsArray().Select(protocol => protocol!.GetValue<string>()));
        Assert.Contains(_host.ListenAddresses[0].ToString(), heard["listenAddresses"]!.AsArray().Select(address => address!.GetValue<string>()));
        Assert.True(heard["certified"]!.GetValue<bool>(), "js knows the addresses from the signed record.");
    }
}
