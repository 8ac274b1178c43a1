using System.Diagnostics;

namespace Orleans.Replication.Libp2p.Diagnostics;

/// <summary>What can be traced, under the source <c>Orleans.Replication.Libp2p</c>: dials to peers, and in them the securing of connections.</summary>
internal static class Activities
{
    private static readonly ActivitySource Source = new("Orleans.Replication.Libp2p");

    internal static Activity? StartDial(PeerId peer) => Source.StartActivity("libp2p.dial", ActivityKind.Client)?.SetTag("libp2p.peer", peer.ToString());

    internal static Activity? StartUpgrade(ConnectionDirection direction) => Source.StartActivity(
        "libp2p.upgrade", direction == ConnectionDirection.Outbound ? ActivityKind.Client : ActivityKind.Server);

    internal static void Fail(this Activity? activity, Exception error) => activity?.SetStatus(ActivityStatusCode.Error, error.Message);
}
