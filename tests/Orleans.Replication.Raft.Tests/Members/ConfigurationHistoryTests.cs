using CsCheck;
using Orleans.Replication.Raft.Membership;
using Orleans.Replication.Raft.Tests.Cluster;

namespace Orleans.Replication.Raft.Tests.Members;

/// <summary>Which configuration counts, while entries come, are cut off, are committed and go into snapshots.</summary>
public sealed class ConfigurationHistoryTests
{
    private static readonly GroupConfiguration Bootstrap = GroupConfiguration.Of([TestMember.Peer("a")]);

    /// <summary>The model is a log whose entries have a configuration or none.</summary>
    [Fact]
    public void The_last_configuration_of_the_log_counts_whatever_was_appended_cut_off_and_forgotten() =>
        Gen.Select(Gen.Int[0, 3], Gen.Int[0, 5]).Array[0, 40].Sample(steps =>
        {
            var history = new ConfigurationHistory(new LoggedConfiguration(0, Bootstrap), applied: null);
            var log = new List<GroupConfiguration?>();
            var committed = 0;
            foreach (var (step, number) in steps)
            {
                switch (step)
                {
                    case 0:
                        log.Add(null);
                        break;
                    case 1:
                        log.Add(GroupConfiguration.Of([TestMember.Peer("member-" + log.Count)]));
                        history.Append(log.Count, log[^1]!);
                        break;
                    case 2:
                        var keep = Math.Max(committed, log.Count - number);
                        log.RemoveRange(keep, log.Count - keep);
                        history.TruncateFrom(keep + 1);
                        break;
                    default:
                        committed = Math.Min(log.Count, committed + number);
                        history.Forget(committed);
                        break;
                }

                var index = log.FindLastIndex(configuration => configuration is not null) + 1;
                if (history.Current.Index != index || history.Current.Configuration != (index == 0 ? Bootstrap : log[index - 1]))
                    return false;
                var atCommit = log.Take(committed).ToList().FindLastIndex(configuration => configuration is not null) + 1;
                if (history.At(committed).Index != atCommit)
                    return false;
            }

            return true;
        });

    [Fact]
    public void A_snapshot_takes_the_place_of_what_came_before_it_and_leaves_what_comes_after()
    {
        var (first, second, third) = (Other("b"), Other("c"), Other("d"));
        var history = new ConfigurationHistory(new LoggedConfiguration(0, Bootstrap), new LoggedConfiguration(3, first));
        history.Append(5, second);
        history.Append(9, third);
        history.Install(7, new LoggedConfiguration(6, first));
        Assert.Equal(9, history.Current.Index);
        Assert.Equal(6, history.At(8).Index);
        history.TruncateFrom(8);
        Assert.Same(first, history.Current.Configuration);
        history.Install(20, null);
        Assert.Same(Bootstrap, history.Current.Configuration);
    }

    [Fact]
    public void Any_majority_of_a_configuration_meets_any_majority_of_the_next()
    {
        var members = Enumerable.Range(1, 7).Select(i => TestMember.Peer("member-" + i)).ToList();
        for (var count = 1; count < 7; count++)
        {
            var (smaller, larger) = (GroupConfiguration.Of(members.Take(count)), GroupConfiguration.Of(members.Take(count + 1)));
            for (var set = 0; set < 1 << (count + 1); set++)
            {
                bool IsIn(string id) => (set & (1 << (id[^1] - '1'))) != 0;
                Assert.False(smaller.IsMajority(IsIn) && larger.IsMajority(id => !IsIn(id)));
            }
        }
    }

    private static GroupConfiguration Other(string id) => GroupConfiguration.Of([TestMember.Peer(id)]);
}
