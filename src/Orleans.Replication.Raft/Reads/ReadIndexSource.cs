using Orleans.Replication.Raft.Engine;
using Orleans.Replication.Raft.Membership;
using Orleans.Replication.Raft.Wire;

namespace Orleans.Replication.Raft.Reads;

/// <summary>
/// Gives this replica read indexes (SAFETY 6): the leader's commit index, confirmed by a quorum after the question was asked (SAFETY S4). Those
/// who wait share one question; who comes while it is on its way shares the next.
/// </summary>
/// <param name="options">The group.</param>
/// <param name="localId">This member.</param>
/// <param name="engine">Knows the leader, and answers when it is this member.</param>
/// <param name="tenure">Ends the question to a leader that is none any longer.</param>
/// <param name="peers">The others.</param>
/// <param name="time">The clock.</param>
/// <param name="byLease">
/// True: a leader with a lease may answer without asking the others. That it had the lease after the question was asked confirms it as well as a quorum does
/// (<see cref="Engine.Leases.LeaderLease"/>).
/// </param>
internal sealed class ReadIndexSource(
    RaftGroupOptions options, string localId, IConsensusEngine engine, LeaderTenure tenure, GroupPeers peers, TimeProvider time, bool byLease) : IAsyncDisposable
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(20);

    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _gate = new();
    private TaskCompletionSource? _gathering;
    private Task _asking = Task.CompletedTask;

    /// <inheritdoc cref="RaftGroup.ReadBarrierAsync"/>
    public ValueTask WaitAsync(CancellationToken cancellationToken)
    {
        Task round;
        lock (_gate)
        {
            _gathering ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            round = _gathering.Task;
            if (_asking.IsCompleted)
                _asking = AskUntilNobodyWaitsAsync();
        }

        return new ValueTask(cancellationToken.CanBeCanceled ? round.WaitAsync(cancellationToken) : round);
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        Task asking;
        lock (_gate)
            asking = _asking;
        await asking.ConfigureAwait(false);
        _stopping.Dispose();
    }

    private async Task AskUntilNobodyWaitsAsync()
    {
        // Let the caller leave its lock, and its neighbours join the round.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        while (true)
        {
            TaskCompletionSource round;
            lock (_gate)
            {
                if (_gathering is null)
                {
                    _asking = Task.CompletedTask;
                    return;
                }

                round = _gathering;
                _gathering = null;
            }

            try
            {
                await AskAsync().ConfigureAwait(false);
                round.SetResult();
            }
            catch (Exception e)
            {
                round.SetException(e as GroupUnavailableException ?? Unavailable(e));
            }
        }
    }

    private async Task AskAsync()
    {
        using var deadline = new CancellationTokenSource(options.ReadTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, _stopping.Token);
        Exception? last = null;
        while (true)
        {
            try
            {
                if (await TryGetIndexAsync(either.Token).ConfigureAwait(false) is { } index)
                {
                    await engine.WaitForApplyAsync(index, either.Token).ConfigureAwait(false);
                    return;
                }
            }
            catch (Exception e) when (e is NotLeaderException or PeerUnavailableException)
            {
                last = e;
            }
            catch (OperationCanceledException e)
            {
                throw Unavailable(last ?? e);
            }

            try
            {
                await Task.Delay(RetryDelay, time, either.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException e)
            {
                throw Unavailable(last ?? e);
            }
        }
    }

    /// <returns>The read index; null while no leader is known.</returns>
    private async ValueTask<long?> TryGetIndexAsync(CancellationToken cancellationToken)
    {
        var present = tenure.Token;
        if (engine.Leader is not { } leader)
            return null;
        if (leader == localId)
            return byLease && engine.TryGetLeaseIndex(out var index) ? index : await engine.GetReadIndexAsync(cancellationToken).ConfigureAwait(false);
        if (!peers.TryGetValue(leader, out var channel))
            return null;
        var request = new GroupRequest { ReadIndex = new ReadIndex { ByLease = byLease } };
        using var either = CancellationTokenSource.CreateLinkedTokenSource(present, cancellationToken);
        try
        {
            var response = await channel.CallAsync(request, options.AppendTimeout, either.Token).ConfigureAwait(false);
            return response.Answer == Answer.Ok ? response.Index : null;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    private GroupUnavailableException Unavailable(Exception cause) => new(
        $"No leader of group '{options.Name}' could confirm itself within {options.ReadTimeout}; known leader: {engine.Leader ?? "none"}, term {engine.Term}. "
        + "Reads go on as soon as a majority of the members can talk to one another.",
        cause);
}
