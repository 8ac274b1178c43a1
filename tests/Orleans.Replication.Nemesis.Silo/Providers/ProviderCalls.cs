using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Hosting;
using Orleans.Replication.Raft;

namespace Orleans.Replication.Nemesis.Silo.Providers;

/// <summary>Uses every provider for grains of this silo's own, one call after the other, whatever happens, and reports each that was answered.</summary>
internal sealed class ProviderCalls(SiloName name, IGrainFactory grains, IReplicationManager replication) : BackgroundService
{
    /// <summary>The grain directory's name.</summary>
    public const string Directory = "raft";

    /// <summary>How often reminders fire.</summary>
    public static readonly TimeSpan ReminderPeriod = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    protected override Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var keeper = grains.GetGrain<IKeeperGrain>(name.Value);
        var book = grains.GetGrain<IBookGrain>(name.Value);
        return Task.WhenAll(
            RemindAsync(keeper, stoppingToken), UseAsync(ProviderUse.Stored, keeper.AddAsync, stoppingToken), UseAsync(ProviderUse.Journaled, book.AppendAsync, stoppingToken));
    }

    [SuppressMessage("Design", "CA1031", Justification = "A call that was not answered is made again; what counts is that nothing answered is lost, and that there are answers again.")]
    private async Task UseAsync(ProviderUse kind, Func<Task<long>> use, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                var value = await use();
                Report.Write(new ProviderReport(kind, name.Value, value, name.Value, replication.GetStatus(ReplicationGroups.Default).Role == RaftRole.Leader));
            }
            catch (Exception)
            {
            }

            await Task.Delay(Pause, stop);
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "As above.")]
    private static async Task RemindAsync(IKeeperGrain keeper, CancellationToken stop)
    {
        while (true)
        {
            try
            {
                await keeper.RemindAsync();
                return;
            }
            catch (Exception)
            {
                await Task.Delay(Pause, stop);
            }
        }
    }
}
