using Orleans.Replication.Raft.Engine;
using Orleans.Replication.Raft.Wire;

namespace Orleans.Replication.Raft.Membership;

/// <summary>Brings changes of the members from any member to whoever leads, again and again until it is known that they are done or refused.</summary>
internal sealed class MembershipRequests(
    RaftGroupOptions options, string localId, IConsensusEngine engine, GroupPeers peers, LeaderMembership leader, TimeProvider time)
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(50);

    /// <exception cref="MembershipChangeException">It was refused.</exception>
    /// <exception cref="GroupUnavailableException">No leader took it in time. Nothing was changed.</exception>
    /// <exception cref="OutcomeUnknownException">No leader confirmed it in time.</exception>
    /// <exception cref="OperationCanceledException">The caller gave up; it may or may not have been done.</exception>
    public async Task ChangeAsync(ChangeMember change, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(options.ProposalTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        var isInDoubt = false;
        string? last = null;
        try
        {
            while (true)
            {
                try
                {
                    if (await TryAsync(change, either.Token).ConfigureAwait(false))
                        return;
                }
                catch (MembershipChangeException e) when (isInDoubt && e.Reason == MembershipChangeRefusal.ChangePending)
                {
                    // That may be this change itself.
                    last = e.Message;
                }
                catch (Exception e) when (e is NotLeaderException or PeerUnavailableException { NothingSent: true })
                {
                    last = e.Message;
                }
                catch (Exception e) when (e is PeerUnavailableException || (e is OperationCanceledException && !either.IsCancellationRequested))
                {
                    isInDoubt = true;
                    last = e.Message;
                }
                catch (OperationCanceledException)
                {
                    // The time was over while it was being made, perhaps with its entry in the log.
                    isInDoubt = true;
                    throw;
                }

                await Task.Delay(RetryDelay, time, either.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            var message = $"The change of group '{options.Name}' had no answer after {options.ProposalTimeout}; known leader: {engine.Leader ?? "none"}. {last}";
            throw isInDoubt ? new OutcomeUnknownException($"{message} It may have been made.", e) : new GroupUnavailableException($"{message} Nothing was changed.", e);
        }
    }

    /// <returns>True when it is done; false while there is nobody to ask.</returns>
    private async ValueTask<bool> TryAsync(ChangeMember change, CancellationToken cancellationToken)
    {
        if (engine.Leader is not { } known)
            return false;
        if (known == localId)
        {
            await leader.ChangeAsync(change, cancellationToken).ConfigureAwait(false);
            return true;
        }

        if (!peers.TryGetValue(known, out var channel))
            return false;
        var response = await channel.CallAsync(new GroupRequest { ChangeMember = change }, options.ProposalTimeout, cancellationToken).ConfigureAwait(false);
        return response.Answer switch
        {
            Answer.Ok => true,
            Answer.Refused when response.Refusal != 0 => throw new MembershipChangeException((MembershipChangeRefusal)response.Refusal, response.Reason, response.Lag),
            Answer.Refused => throw new ArgumentException(response.Reason),
            Answer.Unknown => throw new PeerUnavailableException("The leader was deposed before it was committed."),
            _ => false,
        };
    }
}
