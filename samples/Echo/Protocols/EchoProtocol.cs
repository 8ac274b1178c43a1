using System.IO.Pipelines;
using Orleans.Replication.Libp2p;

namespace Echo.Protocols;

/// <summary>Every byte comes back; when the dialler ends its direction, so does the listener.</summary>
internal static class EchoProtocol
{
    internal static readonly ProtocolId Id = new("/echo/1.0.0");

    internal static async Task ServeAsync(Libp2pStream stream, CancellationToken cancellationToken)
    {
        await stream.Input.CopyToAsync(stream.Output, cancellationToken);
        await stream.CloseWriteAsync(cancellationToken);
    }
}
