using Orleans.Replication.Libp2p.Yamux;

namespace Orleans.Replication.Libp2p.Tests.Support;

/// <summary>A stream without any negotiation, for what a well-behaved host would not send.</summary>
internal static class RawStream
{
    internal static async Task<YamuxStream> OpenAsync(Libp2pHost host, PeerId peer) =>
        await (await host.ConnectAsync(peer)).OpenRawStreamAsync(default);
}
