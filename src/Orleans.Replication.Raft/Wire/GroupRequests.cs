using Microsoft.AspNetCore.Connections;
using Orleans.Replication.Raft.Engine;
using Orleans.Replication.Raft.Log;
using Orleans.Replication.Raft.Proposals;

namespace Orleans.Replication.Raft.Wire;

/// <summary>Serves one connection of the group protocol: a Hello, then questions, many at a time, each answered when its answer is known.</summary>
internal sealed class GroupRequests(RaftNodeOptions node, Func<string, GroupReplica?> findGroup)
{
    private const int MaxQuestionsInFlight = 256;

    public async Task ServeAsync(ConnectionContext connection, string peer, CancellationToken cancellationToken)
    {
        using var closed = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, connection.ConnectionClosed);
        var (hello, refusal) = await Handshake.ReadAsync(
            new MessageStream(connection.Transport, WireVersion.OverheadBytes), peer, node.ClusterId, (group, id) => findGroup(group)?.IsVoter(id) == true,
            closed.Token).ConfigureAwait(false);
        if (hello is null)
            throw new ProtocolViolationException(refusal);
        var replica = findGroup(hello.Group)!;
        using var answers = new Answers(new MessageStream(connection.Transport, replica.Options.MaxMessageBytes), connection);
        using var places = new SemaphoreSlim(MaxQuestionsInFlight, MaxQuestionsInFlight);
        try
        {
            while (await answers.Messages.ReadAsync(GroupRequest.Parser, closed.Token).ConfigureAwait(false) is { } request)
            {
                if (findGroup(hello.Group) != replica)
                    return;
                await places.WaitAsync(closed.Token).ConfigureAwait(false);
                _ = AnswerAsync(replica, request, answers, places, closed.Token);
            }
        }
        finally
        {
            await closed.CancelAsync().ConfigureAwait(false);
            for (var i = 0; i < MaxQuestionsInFlight; i++)
                await places.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        }
    }

    /// <summary>Never fails, and gives its place back, for which the connection waits before it ends.</summary>
    private static async Task AnswerAsync(
        GroupReplica group, GroupRequest request, Answers answers, SemaphoreSlim places, CancellationToken cancellationToken)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            var response = await DecideAsync(group, request, cancellationToken).ConfigureAwait(false);
            response.Id = request.Id;
            response.Term = group.Engine.Term;
            response.Leader = group.Engine.Leader ?? string.Empty;
            await answers.SendAsync(response, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception)
        {
            // The asker is gone, or will be when its answer does not come.
            answers.Abort();
        }
        finally
        {
            places.Release();
        }
    }

    private static async ValueTask<GroupResponse> DecideAsync(GroupReplica group, GroupRequest request, CancellationToken cancellationToken)
    {
        if (group.Health.Fault is { } fault)
            return new GroupResponse { Answer = Answer.NotLeader, Reason = fault };
        if (group.QuarantineReason is { } damage && request.KindCase == GroupRequest.KindOneofCase.Status)
            return new GroupResponse { Answer = Answer.NotLeader, Reason = $"in quarantine: {damage}" };
        try
        {
            switch (request.KindCase)
            {
                case GroupRequest.KindOneofCase.Propose:
                    return new GroupResponse { Answer = await ForwardedProposals.EnqueueAsync(request.Propose.Commands, group.Queue).ConfigureAwait(false) };
                case GroupRequest.KindOneofCase.ReadIndex:
                    return new GroupResponse { Answer = Answer.Ok, Index = await group.Engine.GetReadIndexAsync(cancellationToken).ConfigureAwait(false) };
                case GroupRequest.KindOneofCase.Status:
                    return new GroupResponse { Answer = Answer.Ok, Index = group.Engine.LastIndex, Votes = group.Engine.Role != RaftRole.Learner };
                case GroupRequest.KindOneofCase.Transfer:
                    var to = request.Transfer.To.Length == 0 ? null : request.Transfer.To;
                    await group.Engine.TransferLeadershipAsync(to, cancellationToken).ConfigureAwait(false);
                    return new GroupResponse { Answer = Answer.Ok };
                default:
                    return new GroupResponse { Answer = Answer.Refused, Reason = "a question of a kind that this version does not know" };
            }
        }
        catch (NotLeaderException)
        {
            return new GroupResponse { Answer = Answer.NotLeader };
        }
        catch (Exception e) when (e is LogFormatException or ArgumentException or GroupUnavailableException)
        {
            return new GroupResponse { Answer = Answer.Refused, Reason = e.Message };
        }
    }

    /// <summary>The answering end of the connection: one answer is written at a time.</summary>
    private sealed class Answers(MessageStream messages, ConnectionContext connection) : IDisposable
    {
        private readonly SemaphoreSlim _writing = new(1, 1);

        public MessageStream Messages => messages;

        public async ValueTask SendAsync(GroupResponse response, CancellationToken cancellationToken)
        {
            await _writing.WaitAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                messages.Write(response);
                await messages.FlushAsync(cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                _writing.Release();
            }
        }

        public void Abort() => connection.Abort();

        public void Dispose() => _writing.Dispose();
    }
}
