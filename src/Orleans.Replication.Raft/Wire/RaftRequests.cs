using Microsoft.AspNetCore.Connections;
using Orleans.Replication.Raft.Snapshots;

namespace Orleans.Replication.Raft.Wire;

/// <summary>Serves one connection of the Raft protocol: a Hello, then request after request.</summary>
internal sealed class RaftRequests(RaftNodeOptions node, Func<string, GroupReplica?> findGroup, CurrentSessions sessions)
{
    public async Task ServeAsync(ConnectionContext connection, string peer, CancellationToken cancellationToken)
    {
        using var closed = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, connection.ConnectionClosed);
        var greeting = new MessageStream(connection.Transport, WireVersion.OverheadBytes);
        var (hello, refusal) = await Handshake.ReadAsync(
            greeting, peer, node.ClusterId, (group, id) => findGroup(group)?.Peers.Contains(id) == true, closed.Token).ConfigureAwait(false);
        if (hello is not null && refusal.Length == 0)
            refusal = Handshake.Compare(hello, findGroup(hello.Group)?.Incarnation);
        if (hello is null || refusal.Length > 0)
        {
            await RefuseAsync(greeting, refusal, closed.Token).ConfigureAwait(false);
            throw new ProtocolViolationException(refusal);
        }

        if (!sessions.TryEnter(hello, connection))
            return;
        try
        {
            var group = findGroup(hello.Group)!;
            var messages = new MessageStream(connection.Transport, group.Options.MaxMessageBytes);
            using var snapshots = new SnapshotReceiver(group.Snapshots, peer);
            while (await messages.ReadAsync(RaftRequest.Parser, closed.Token).ConfigureAwait(false) is { } request)
            {
                if (!sessions.IsCurrent(hello) || findGroup(hello.Group) != group || Handshake.Compare(hello, group.Incarnation).Length > 0)
                    return;
                var response = await group.Engine.HandleAsync(peer, request, snapshots, closed.Token, hello.Purpose is Purpose.Learner or Purpose.LearnerSnapshot).ConfigureAwait(false);
                messages.Write(response);
                await messages.FlushAsync(closed.Token).ConfigureAwait(false);
            }
        }
        finally
        {
            sessions.Leave(hello, connection);
        }
    }

    private static async Task RefuseAsync(MessageStream messages, string refusal, CancellationToken cancellationToken)
    {
        messages.Write(new RaftResponse { Refused = refusal });
        await messages.FlushAsync(cancellationToken).ConfigureAwait(false);
    }
}
