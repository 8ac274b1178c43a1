using Microsoft.Extensions.Logging;
using Orleans.Replication.Raft;

namespace Orleans.Replication.Groups;

/// <summary>
/// Waits until replicas that were down have what was acknowledged meanwhile, so that a silo which has just started does not serve old states.
/// </summary>
internal sealed partial class CatchUp(ILogger logger)
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(100);

    /// <summary>Waits for all groups; gives up, with a warning, after <paramref name="timeout"/>.</summary>
    /// <exception cref="ReplicationUnavailableException">A replica is out of service: no waiting would help.</exception>
    public Task WaitAsync(IEnumerable<RaftGroup> groups, TimeSpan timeout, CancellationToken cancellationToken) =>
        timeout == TimeSpan.Zero ? Task.CompletedTask : Task.WhenAll(groups.Select(group => WaitAsync(group, timeout, cancellationToken)));

    private static async Task<bool> TryBarrierAsync(RaftGroup group, CancellationToken cancellationToken)
    {
        try
        {
            await group.ReadBarrierAsync(cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (GroupUnavailableException) when (group.GetStatus().Fault is null)
        {
            return false;
        }
        catch (GroupUnavailableException error)
        {
            throw new ReplicationUnavailableException(error.Message);
        }
    }

    private async Task WaitAsync(RaftGroup group, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(timeout);
        try
        {
            while (!await TryBarrierAsync(group, deadline.Token).ConfigureAwait(false))
                await Task.Delay(RetryDelay, deadline.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            LogGaveUp(group.Name, timeout, group.GetStatus().Leader ?? "none");
        }
    }

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Group '{Group}' did not catch up within {Timeout}; its leader: {Leader}. The silo starts all the same. Reads that need the leader wait until enough peers are up.")]
    private partial void LogGaveUp(string group, TimeSpan timeout, string leader);
}
