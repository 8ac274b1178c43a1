using System.IO.Pipelines;
using Orleans.Replication.Libp2p;

namespace Echo.Protocols;

/// <summary>The listener reads one byte, then resets the stream.</summary>
internal static class ResetProtocol
{
    internal static readonly ProtocolId Id = new("/reset/1.0.0");

    internal static async Task ServeAsync(Libp2pStream stream, CancellationToken cancellationToken)
    {
        await stream.Input.ReadAtLeastAsync(1, cancellationToken);
        stream.Reset();
    }
}
