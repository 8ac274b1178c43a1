using Orleans.Replication.Raft.Tests.Cluster;
using Orleans.Replication.Tests.Grains;
using Orleans.Replication.Tests.Groups;
using Orleans.Runtime;

namespace Orleans.Replication.Tests.States.Watches;

/// <summary>Some states of a group with everything that ever happened to them, to hold what watches have seen against.</summary>
internal sealed class GroupStates(TestGroup group, int count)
{
    private readonly StateReference<Basket>[] _references = [.. Enumerable.Range(0, count).Select(i => new StateReference<Basket>(GrainId.Create("watched", $"{i}"), "basket"))];
    private long _total;

    /// <summary>Only the first so many are changed.</summary>
    public int Active { get; set; } = count;

    /// <summary>What happened, in order; the changes of one transaction in the order of its steps.</summary>
    public List<Change> Changes { get; } = [];

    /// <summary>The states that exist, in the order of their last changes, and by name within a transaction.</summary>
    public List<Change> Current() => [.. Changes.GroupBy(change => change.State).Select(changes => changes.Last()).Where(change => change.Total is not null).OrderBy(change => change.Version).ThenBy(change => change.State, StringComparer.Ordinal)];

    public static Change Seen(IReplicationGroup group, GroupChange change) => new(
        change.Version, change.Grain.Key.ToString()!, change.Kind == StateChangeKind.Cleared ? null : group.Read<Basket>(change).Value.Total);

    /// <summary>Changes so many states as one transaction: each is written, or seldom deleted.</summary>
    public async Task ChangeAsync(Random random, int states)
    {
        var chosen = _references.Take(Active).OrderBy(_ => random.Next()).Take(states).ToList();
        var exist = Current().Select(change => change.State).ToHashSet();
        while (true)
        {
            var transaction = new GroupTransaction();
            var changes = new List<Change>();
            foreach (var state in chosen)
            {
                var name = state.Grain.Key.ToString()!;
                long? total = exist.Contains(name) && random.Next(8) == 0 ? null : ++_total;
                changes.Add(new Change(0, name, total));
                if (total is null)
                    transaction.Clear(state);
                else
                    transaction.Write(state, new Basket { Total = total.Value });
            }

            try
            {
                var outcome = await Writer().TransactAsync(transaction);
                Changes.AddRange(changes.Select(change => change with { Version = outcome.Version }));
                return;
            }
            catch (ReplicationUnavailableException)
            {
                await Eventually.TrueAsync("a leader", () => group.Members.Any(member => member.IsLeader));
            }
        }
    }

    private IReplicationGroup Writer() => (group.Members.FirstOrDefault(member => member.IsLeader) ?? group.Members[0]).Transactions;

    /// <summary>One change of one state; a deletion has no total.</summary>
    public sealed record Change(long Version, string State, long? Total);
}
