using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Replication.Clustering.Membership;
using Orleans.Runtime;

namespace Orleans.Replication.Clustering.Losses;

/// <summary>
/// Lets the runtime know of every change of the membership table when this silo's replica has it: without it, a silo learns by gossip what other silos have changed, or when it next looks. So does a silo without a replica.
/// </summary>
internal sealed partial class TableNews(
    IClusterMembershipService membership,
    IOptions<ClusterOptions> cluster,
    IOptions<RaftClusteringOptions> options,
    TimeProvider time,
    ILogger<TableNews> logger,
    IReplicationHost? host = null) : ILifecycleParticipant<ISiloLifecycle>, IDisposable
{
    // The runtime reads the table for the first time one stage earlier.
    private const int TableIsRead = ServiceLifecycleStage.RuntimeGrainServices + 1;

    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);

    private readonly MembershipKeys _keys = new(cluster.Value.ClusterId);
    private readonly CancellationTokenSource _stopping = new();
    private Task _running = Task.CompletedTask;

    /// <inheritdoc/>
    public void Participate(ISiloLifecycle observer)
    {
        ArgumentNullException.ThrowIfNull(observer);
        if (host is not null)
            observer.Subscribe(nameof(TableNews), TableIsRead, StartAsync, StopAsync);
    }

    /// <inheritdoc/>
    public void Dispose() => _stopping.Dispose();

    private Task StartAsync(CancellationToken cancellationToken)
    {
        _running = Task.Run(() => RunAsync(_stopping.Token), CancellationToken.None);
        return Task.CompletedTask;
    }

    private async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    [SuppressMessage("Design", "CA1031", Justification = "The runtime also looks by itself. A replica that is out of service comes back.")]
    private async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await FollowAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (Exception error) when (!cancellationToken.IsCancellationRequested)
            {
                LogInterrupted(error);
            }

            await Task.Delay(RetryDelay, time, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task FollowAsync(CancellationToken cancellationToken)
    {
        var group = host!.GetGroup(options.Value.Group);
        using var watch = group.WatchRecord(MembershipStateTable.TableName, _keys.Version.Span);
        while (true)
        {
            // Heartbeats leave the version alone.
            if (group.GetReader(MembershipStateTable.TableName).TryGet(_keys.Version.Span, out var record))
                await membership.Refresh(new MembershipVersion(MembershipFormat.DecodeNumber(record.Value.Span)), cancellationToken).ConfigureAwait(false);
            await watch.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "Changes of the membership table are not followed for now")]
    private partial void LogInterrupted(Exception exception);
}
