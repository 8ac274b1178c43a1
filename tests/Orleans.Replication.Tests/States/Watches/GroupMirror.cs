using System.Collections.Concurrent;
using Orleans.Replication.Raft.Tests.Cluster;
using Orleans.Replication.Tests.Groups;

namespace Orleans.Replication.Tests.States.Watches;

/// <summary>A reader that keeps what a watch of the group tells, stops now and then, and goes on with another member.</summary>
internal sealed class GroupMirror(TestGroup group, Random random)
{
    private readonly ConcurrentDictionary<string, GroupStates.Change> _states = [];
    private long _last;

    public async Task FollowAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await FollowAsync(group.Members[random.Next(group.Members.Count)], random.Next(1, 40), cancellationToken);
            }
            catch (Exception error) when (error is ReplicationUnavailableException or OperationCanceledException or InvalidOperationException)
            {
                // The member restarts, or it is over.
                await Task.Delay(5, CancellationToken.None);
            }
        }
    }

    /// <summary>
    /// Waits until the mirror has every state as it is. One that was deleted may be there still, as it was before: when what was told in between is not kept, nothing tells of it.
    /// </summary>
    public Task WaitForAsync(GroupStates states) => Eventually.TrueAsync(
        "a reader to have every state",
        () => states.Current().All(state => _states.TryGetValue(state.State, out var mine) && mine == state));

    private async Task FollowAsync(GroupMember member, int count, CancellationToken cancellationToken)
    {
        var version = _last;
        await foreach (var change in member.Transactions.WatchAsync(_last, cancellationToken))
        {
            Assert.True(change.Version >= version, $"The watch went from version {version} to {change.Version}.");
            Assert.True(change.Version > _last, $"The watch was begun behind {_last} and told of {change.Version}.");

            // A version is done with when a later one comes.
            if (change.Version > version)
            {
                _last = version;
                if (count-- == 0)
                    return;
            }

            version = change.Version;
            _states[change.Grain.Key.ToString()!] = GroupStates.Seen(group.Members[0].Transactions, change);
            if (random.Next(20) == 0)
                await Task.Delay(random.Next(20), cancellationToken);
        }
    }
}
