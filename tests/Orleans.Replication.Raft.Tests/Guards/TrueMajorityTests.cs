using CsCheck;
using Orleans.Replication.Raft.Engine.Guards;
using Orleans.Replication.Raft.Tests.Cluster;
using Orleans.Replication.Raft.Wire;

namespace Orleans.Replication.Raft.Tests.Guards;

/// <summary>A leader commits what a majority has on disk, and nothing else (SAFETY S3).</summary>
public sealed class TrueMajorityTests
{
    [Fact]
    public void The_index_of_a_majority_is_the_highest_that_more_than_half_have_reached() => Gen.Long[0, 8].Array[1, 7].Sample(reached =>
    {
        var expected = reached.Where(index => reached.Count(other => other >= index) > reached.Length / 2).Max();
        return Majority.IndexOf(reached.ToArray()) == expected;
    });

    /// <summary>
    /// The engine commits here: the third of five has only taken a snapshot, but its answer came among the first three, and the median of three was
    /// another one.
    /// </summary>
    [Fact]
    public async Task S3_What_two_of_five_have_is_not_acknowledged_while_a_third_takes_a_snapshot()
    {
        await using var group = await ScriptedGroup.StartAsync();
        group.Fourth.Become(ScriptedVoter.Ignore);
        group.Fifth.Become(ScriptedVoter.Ignore);
        group.Third.Become(ScriptedVoter.LackAllButSnapshots);
        var committed = group.CommitIndex;
        var proposal = group.Leader.Group.ProposeAsync(KeyValueTable.Put("key", "on two disks")).AsTask();
        await Eventually.TrueAsync("the entry to be in the leader's log", () => group.LastIndex > committed);
        await group.SomeRoundsAsync();
        Assert.Equal(committed, group.CommitIndex);
        Assert.False(proposal.IsCompleted);

        group.Third.Become(ScriptedVoter.Accept);
        Assert.Equal(CommandStatus.Ok, (await proposal).Status);
    }

    /// <summary>Raft §5.4.2, figure 8: a majority has it, and another leader may still replace it.</summary>
    [Fact]
    public async Task S3_An_entry_of_an_earlier_term_is_not_committed_because_three_of_five_have_it()
    {
        await using var group = await ScriptedGroup.StartAsync();
        var committed = group.CommitIndex;
        var term = group.Leader.Group.GetStatus().Term;
        var thirdHasIt = new TaskCompletionSource();
        group.Second.Become(request => request.Append?.Term == term ? null : ScriptedVoter.Accept(request));
        group.Third.Become(TakeTheOldEntryOnly);
        group.Fourth.Become(request => request.Append?.Term == term ? null : ScriptedVoter.LackAllButSnapshots(request));
        group.Fifth.Become(ScriptedVoter.Ignore);
        var proposal = group.Leader.Group.ProposeAsync(KeyValueTable.Put("key", new string('x', ScriptedGroup.MaxBatchBytes))).AsTask();
        await thirdHasIt.Task.WaitAsync(TimeSpan.FromSeconds(30));
        await group.SomeRoundsAsync();
        Assert.True(group.Leader.Group.GetStatus().Term > term);
        Assert.Equal(committed, group.CommitIndex);

        group.Third.Become(ScriptedVoter.Accept);
        Assert.Equal(CommandStatus.Ok, (await proposal).Status);

        RaftResponse? TakeTheOldEntryOnly(RaftRequest request)
        {
            if (request.Append is not { } append || append.Term == term)
                return null;
            if (append.Entries.Count == 0)
                return new RaftResponse { Term = append.Term, LastIndex = committed };
            if (append.Entries[^1].Term > term)
                return null;
            thirdHasIt.TrySetResult();
            return ScriptedVoter.Accept(request);
        }
    }
}
