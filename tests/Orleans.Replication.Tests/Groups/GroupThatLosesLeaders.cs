using Orleans.Replication.Raft;
using Orleans.Replication.Raft.Tests.Cluster;

namespace Orleans.Replication.Tests.Groups;

/// <summary>
/// A real group of three, shared by the tests of a class, whose leader is lost again and again: cut off from the others until one of them leads. It is written and read on those two, where
/// every access waits for the next leader, and none may notice.
/// </summary>
public sealed class GroupThatLosesLeaders : IAsyncLifetime, IGroupFixture
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(300);

    private readonly CancellationTokenSource _stopping = new();
    private TestGroup? _group;
    private Task _losing = Task.CompletedTask;

    GroupMember IGroupFixture.Writer => _group!.Members[0];

    GroupMember IGroupFixture.Reader => _group!.Members[1];

    private GroupMember Victim => _group!.Members[2];

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        _group = await TestGroup.StartAsync(3, new() { ProposalTimeout = Patience, ReadTimeout = Patience });
        await LoseAsync();
        _losing = Task.Run(RunAsync);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _losing;
        await _group!.DisposeAsync();
        _stopping.Dispose();
    }

    private async Task RunAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            await Task.Delay(Moment);
            await LoseAsync();
        }
    }

    private async Task LoseAsync()
    {
        await LeadAsync().WaitAsync(2 * Patience);
        await Task.Delay(Moment);
        var network = _group!.Network;
        network.Isolate(Victim.PeerId, _group.Members.Select(member => member.PeerId));
        await Eventually.TrueAsync("another leader", () => _group.Members.Any(member => member != Victim && member.IsLeader));
        network.Heal();
    }

    private async Task LeadAsync()
    {
        while (!Victim.IsLeader)
        {
            try
            {
                await _group!.Members[0].Group.TransferLeadershipAsync(Victim.PeerId);
            }
            catch (GroupUnavailableException)
            {
                // It has not caught up yet, or there is no leader just now.
            }

            await Task.Delay(Moment / 6);
        }
    }
}
