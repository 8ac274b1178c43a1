using Microsoft.AspNetCore.Connections;
using Orleans.Replication.Raft.Backups;

namespace Orleans.Replication.Raft.Wire;

/// <summary>Judges a connection before anything but its Hello is read (SAFETY 13).</summary>
internal static class Handshake
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    /// <param name="proven">The peer that the transport has proven.</param>
    /// <param name="clusterId">Our cluster.</param>
    /// <param name="isVoter">Whether a peer belongs to a group.</param>
    /// <returns>The Hello, or the reason to refuse.</returns>
    public static async ValueTask<(Hello? Hello, string Refusal)> ReadAsync(
        MessageStream messages, string proven, string clusterId, Func<string, string, bool> isVoter, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Timeout);
        var hello = await messages.ReadAsync(Hello.Parser, deadline.Token).ConfigureAwait(false);
        var refusal = hello switch
        {
            null => "no Hello came",
            { Version: not WireVersion.Current } => $"protocol version {hello.Version} is not spoken here, version {WireVersion.Current} is",
            _ when hello.Cluster != clusterId => $"this is cluster '{clusterId}', not '{hello.Cluster}'",
            _ when hello.Sender != proven => $"the transport has proven '{proven}', not '{hello.Sender}'",
            _ when !isVoter(hello.Group, proven) => $"'{proven}' is no member of a group '{hello.Group}' here",
            _ => string.Empty,
        };
        return (refusal.Length == 0 ? hello : null, refusal);
    }

    /// <summary>Compares the peer's life of the group with this member's.</summary>
    /// <returns>The reason to refuse; empty for none.</returns>
    public static string Compare(Hello hello, string? own) => Incarnation.IsSame(own, hello.Incarnation, asksOnly: hello.Purpose == Purpose.Group)
        ? string.Empty
        : $"'{hello.Sender}' is of incarnation '{hello.Incarnation}' of group '{hello.Group}', and this member of '{own}': one of them was restored or recovered since. "
            + "A member of the former one joins with an empty group folder";

    /// <summary>What the other end is, for log lines.</summary>
    public static string Describe(ConnectionContext connection) => connection.RemoteEndPoint?.ToString() ?? connection.ConnectionId;
}
