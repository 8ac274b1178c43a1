using Google.Protobuf;
using Microsoft.AspNetCore.Connections;
using Orleans.Replication.Raft.Backups;
using Orleans.Replication.Raft.Divergence;
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
        GroupReplica? stranger = null;
        using var closed = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, connection.ConnectionClosed);
        var greeting = new MessageStream(connection.Transport, WireVersion.OverheadBytes);
        var (hello, refusal) = await Handshake.ReadAsync(greeting, peer, node.ClusterId, IsPeer, closed.Token).ConfigureAwait(false);
        if (hello is not null && refusal.Length == 0)
            refusal = Handshake.Compare(hello, findGroup(hello.Group)?.Incarnation);
        if (hello is null || refusal.Length > 0)
        {
            if (stranger is not null)
                await AnswerStrangerAsync(greeting, stranger, peer, closed.Token).ConfigureAwait(false);
            throw new ProtocolViolationException(refusal);
        }

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

        bool IsPeer(string group, string id)
        {
            var replica = findGroup(group);
            if (replica?.Peers.Contains(id) == true)
                return true;
            stranger = replica;
            return false;
        }
    }

    /// <summary>Whoever was a member learns that it is one no longer; nothing else is said to anybody.</summary>
    private static async Task AnswerStrangerAsync(MessageStream messages, GroupReplica group, string peer, CancellationToken cancellationToken)
    {
        var committed = group.Engine.CommittedConfiguration;
        if (committed.Index == 0 || committed.Configuration.Find(peer) is not null)
            return;
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(group.Options.AppendTimeout);
        if (await messages.ReadAsync(GroupRequest.Parser, deadline.Token).ConfigureAwait(false) is not { } request)
            return;
        messages.Write(new GroupResponse { Id = request.Id, Answer = Answer.NotMember, ConfigurationIndex = committed.Index });
        await messages.FlushAsync(deadline.Token).ConfigureAwait(false);
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
                    if (request.ReadIndex.ByLease && group.Engine.TryGetLeaseIndex(out var index))
                    {
                        group.Queue.AnnounceCommits();
                        return new GroupResponse { Answer = Answer.Ok, Index = index };
                    }

                    return new GroupResponse { Answer = Answer.Ok, Index = await group.Engine.GetReadIndexAsync(cancellationToken).ConfigureAwait(false) };
                case GroupRequest.KindOneofCase.Status:
                    return DescribeStatus(group);
                case GroupRequest.KindOneofCase.Digests:
                    return DigestFormat.Describe(group.State.Digests.All());
                case GroupRequest.KindOneofCase.ChangeMember:
                    await group.LeaderMembership.ChangeAsync(request.ChangeMember, cancellationToken).ConfigureAwait(false);
                    return new GroupResponse { Answer = Answer.Ok };
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
        catch (MembershipChangeException e)
        {
            return new GroupResponse { Answer = Answer.Refused, Reason = e.Message, Refusal = (int)e.Reason, Lag = e.Lag };
        }
        catch (OperationCanceledException) when (request.KindCase == GroupRequest.KindOneofCase.ChangeMember && !cancellationToken.IsCancellationRequested)
        {
            return new GroupResponse { Answer = Answer.Unknown };
        }
        catch (Exception e) when (e is LogFormatException or ArgumentException or FormatException or GroupUnavailableException)
        {
            return new GroupResponse { Answer = Answer.Refused, Reason = e.Message };
        }
    }

    private static GroupResponse DescribeStatus(GroupReplica group)
    {
        var committed = group.Engine.CommittedConfiguration;
        return new GroupResponse
        {
            Answer = Answer.Ok,
            Index = group.Engine.LastIndex,
            Votes = group.Engine.Role is not (RaftRole.Learner or RaftRole.Removed),
            Admitted = group.Engine.IsAdmitted,
            Incarnation = group.Incarnation ?? Incarnation.Unknown,
            Base = group.Base,
            StateMachineVersion = group.Options.StateMachineVersion,
            LeaderPriority = group.Options.LeaderPriority,
            ConfigurationIndex = committed.Index,
            Configuration = UnsafeByteOperations.UnsafeWrap(group.ConfigurationFormat.Encode(committed.Configuration)),
        };
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
