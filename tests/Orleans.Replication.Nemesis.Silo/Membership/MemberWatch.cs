using Microsoft.Extensions.Hosting;
using Orleans.Runtime;

namespace Orleans.Replication.Nemesis.Silo.Membership;

/// <summary>The job <c>members</c>: says which silos are active, each time that it hears of a change.</summary>
internal sealed class MemberWatch(IClusterMembershipService membership, string name) : BackgroundService
{
    /// <summary>So long that no probe of the runtime finds out anything during a drill.</summary>
    public static readonly TimeSpan ProbeTimeout = TimeSpan.FromMinutes(10);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var snapshot in membership.MembershipUpdates.WithCancellation(stoppingToken))
        {
            var active = snapshot.Members.Values.Where(member => member.Status == SiloStatus.Active).Select(member => member.SiloAddress.Endpoint.ToString());
            Report.Write(new MemberReport(name, [.. active]));
        }
    }
}
