namespace Orleans.Replication.Libp2p.Swarm;

/// <summary>
/// Dials several addresses of one peer side by side: a further one whenever one has failed, or has taken long, as far as the limit allows. The first
/// connection wins, and the other attempts are given up.
/// </summary>
/// <param name="swarm">What the host shares.</param>
/// <param name="addresses">The addresses, the most promising first.</param>
/// <param name="attempt">Dials one address and secures the connection.</param>
/// <param name="register">Takes the winner into the host, or throws.</param>
internal sealed class DialRace(
    SwarmContext swarm,
    IReadOnlyList<Multiaddr> addresses,
    Func<Multiaddr, CancellationToken, Task<Libp2pConnection>> attempt,
    Action<Libp2pConnection> register)
{
    private readonly TaskCompletionSource<Libp2pConnection?> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Exception?[] _failures = new Exception?[addresses.Count];
    private bool _won;

    /// <summary>The connection that won; null when every address failed. Completes before the losers have ended.</summary>
    internal Task<Libp2pConnection?> Result => _result.Task;

    /// <summary>Why addresses failed, in their order. Complete when <see cref="Result"/> is null.</summary>
    internal IReadOnlyList<Exception> Failures => [.. _failures.OfType<Exception>()];

    /// <summary>Runs the race until every attempt has ended.</summary>
    internal async Task RunAsync(CancellationToken stopping)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        HashSet<Task> running = [];
        try
        {
            for (var index = 0; index < addresses.Count && !over.IsCancellationRequested; index++)
            {
                running.Add(AttemptAsync(index, over));
                await WaitForTurnAsync(running, over.Token).ConfigureAwait(false);
            }
        }
        finally
        {
            await Task.WhenAll(running).ConfigureAwait(false);
            _result.TrySetResult(null);
        }
    }

    /// <summary>Waits until another attempt may begin.</summary>
    private async Task WaitForTurnAsync(HashSet<Task> running, CancellationToken over)
    {
        using var noLonger = CancellationTokenSource.CreateLinkedTokenSource(over);
        var pause = Task.Delay(swarm.Options.DialStagger, swarm.Time, noLonger.Token);
        while (running.Count > 0)
        {
            var mayJoin = running.Count < swarm.Options.MaxParallelDialsPerPeer;
            var ended = await Task.WhenAny(mayJoin ? [pause, .. running] : running).ConfigureAwait(false);
            if (ended == pause)
                break;
            running.Remove(ended);
            if (mayJoin || pause.IsCompleted)
                break;
        }

        await noLonger.CancelAsync().ConfigureAwait(false);
        await ((Task)pause).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Never throws: a failure is noted, a second winner is discarded.</summary>
    private async Task AttemptAsync(int index, CancellationTokenSource over)
    {
        try
        {
            var connection = await attempt(addresses[index], over.Token).ConfigureAwait(false);
            if (Interlocked.Exchange(ref _won, true))
            {
                await connection.DiscardAsync().ConfigureAwait(false);
                return;
            }

            await over.CancelAsync().ConfigureAwait(false);
            register(connection);
            _result.SetResult(connection);
        }
#pragma warning disable CA1031 // Whatever it is, it is why this address did not lead to the peer.
        catch (Exception error)
#pragma warning restore CA1031
        {
            _failures[index] = error is Libp2pException ? error : new Libp2pException($"{addresses[index]}: {error.Message}", error);
        }
    }
}
