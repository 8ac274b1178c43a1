using Orleans.Replication.Raft.Tests.Cluster;
using Orleans.Replication.Tests.Grains;
using Orleans.Replication.Tests.Groups;
using Orleans.Runtime;

namespace Orleans.Replication.Tests.States.Watches;

/// <summary>A state with all versions that it ever had, to hold what watches have seen against.</summary>
internal sealed class WatchedState(TestGroup group, string name)
{
    private readonly SortedDictionary<long, long?> _truth = [];
    private long _total;

    public StateReference<Basket> Reference { get; } = new(GrainId.Create("watched", name), "basket");

    public long LastVersion => _truth.Keys.LastOrDefault();

    /// <summary>Adds 1, through any member that can.</summary>
    public async Task WriteAsync(int count = 1)
    {
        for (var i = 0; i < count; i++)
        {
            var next = ++_total;
            await WriteOnceAsync(next);
        }
    }

    /// <summary>Deletes it.</summary>
    public async Task ClearAsync()
    {
        var outcome = await Writer().TransactAsync(new GroupTransaction().Clear(Reference));
        _truth.Add(outcome.Version, null);
    }

    /// <summary>Watches on a member until so many events have come.</summary>
    public Task<List<StateChange<Basket>>> TakeAsync(GroupMember member, long? from, int count) => TakeUntilAsync(member, from, seen => seen.Count == count);

    /// <summary>Watches on a member until the last version was seen.</summary>
    public Task<List<StateChange<Basket>>> TakeUntilAsync(GroupMember member, long? from, Func<List<StateChange<Basket>>, bool> enough) =>
        Task.Run(async () =>
        {
            var seen = new List<StateChange<Basket>>();
            await foreach (var change in member.Transactions.GetState(Reference).WatchAsync(from, TestContext.Current.CancellationToken))
            {
                seen.Add(change);
                if (enough(seen))
                    break;
            }

            return seen;
        }).WaitAsync(TimeSpan.FromSeconds(60));

    /// <summary>
    /// Nothing goes back in time, nothing comes twice, every event has what the state was, and between two of them nothing is missing unless the second says so.
    /// </summary>
    public void Check(long from, IReadOnlyList<StateChange<Basket>> seen)
    {
        var last = from;
        foreach (var change in seen)
        {
            Assert.True(change.Version > last, $"The watch went from version {last} to {change.Version}.");
            var missed = _truth.Keys.Where(version => version > last && version < change.Version).ToList();
            if (change.Kind == StateChangeKind.Compacted)
            {
                Assert.Equal(_truth.LastOrDefault(state => state.Key <= change.Version).Value ?? 0, change.Value.Total);
            }
            else
            {
                Assert.True(missed.Count == 0, $"The watch lost {string.Join(", ", missed)} between {last} and {change.Version}.");
                Assert.True(_truth.TryGetValue(change.Version, out var total), $"The watch made {change.Version} up.");
                Assert.Equal((total ?? 0, total is null), (change.Value.Total, change.Kind == StateChangeKind.Cleared));
            }

            last = change.Version;
        }
    }

    private async Task WriteOnceAsync(long total)
    {
        // A transaction says the version of its write; a write whose outcome is unknown cannot be held against anything.
        while (true)
        {
            try
            {
                var outcome = await Writer().TransactAsync(new GroupTransaction().Write(Reference, new Basket { Total = total }));
                _truth.Add(outcome.Version, total);
                return;
            }
            catch (ReplicationUnavailableException)
            {
                await Eventually.TrueAsync("a leader", () => group.Members.Any(member => member.IsLeader));
            }
        }
    }

    private IReplicationGroup Writer() => (group.Members.FirstOrDefault(member => member.IsLeader && !IsIsolated(member)) ?? group.Members[0]).Transactions;

    /// <summary>The member that tests cut off: it may still think that it leads.</summary>
    public GroupMember? Isolated { get; set; }

    private bool IsIsolated(GroupMember member) => member == Isolated;
}
