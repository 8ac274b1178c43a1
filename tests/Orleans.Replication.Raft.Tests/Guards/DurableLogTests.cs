using CsCheck;
using Orleans.Replication.Raft.Engine;
using Orleans.Replication.Raft.Engine.Guards;

namespace Orleans.Replication.Raft.Tests.Guards;

/// <summary>The guards of SAFETY section 2 that live in the log.</summary>
public sealed class DurableLogTests
{
    [Fact]
    public async Task S1_A_follower_acknowledges_only_after_every_entry_is_flushed()
    {
        await using var log = await TestLog.OpenAsync();
        for (var index = 1L; index <= 20; index++)
        {
            await log.AppendAsync(index, 1);
            await using var survivor = await TestLog.OpenAsync(log.CopyAsAfterKill());
            Assert.Equal(index, survivor.State.LastEntryIndex);
        }
    }

    [Fact]
    public async Task S1_An_append_that_was_interrupted_is_flushed_before_the_next_heartbeat_is_acknowledged()
    {
        await using var log = await TestLog.OpenAsync();
        using var interrupted = new CancellationTokenSource();
        DotNext.IO.Log.ILogEntryProducer<ReceivedEntry> entries = new EntryList<ReceivedEntry>([new ReceivedEntry(1, new byte[100])]);
        var append = log.State.AppendAsync(entries, 1, skipCommitted: true, interrupted.Token).AsTask();
        await interrupted.CancelAsync();
        await append.ContinueWith(_ => { }, TaskScheduler.Default);

        await log.AppendAsync(startIndex: 2);
        await using var survivor = await TestLog.OpenAsync(log.CopyAsAfterKill());
        Assert.Equal(log.State.LastEntryIndex, survivor.State.LastEntryIndex);
    }

    [Fact]
    public async Task S2_A_committed_entry_that_comes_with_another_term_is_damage()
    {
        await using var log = await TestLog.OpenAsync();
        await log.AppendAsync(1, 1, 1, 1);
        await log.State.CommitAsync(2);
        await Assert.ThrowsAsync<DivergedLogException>(() => log.AppendAsync(2, 2, 2).AsTask());
        Assert.Equal("1, 1, 1", string.Join(", ", await log.TermsAsync()));
    }

    /// <summary>The engine's flush and its commit share an event that has room for one waiter: a second one ends the process.</summary>
    [Fact]
    public async Task S12_A_leader_commits_while_it_appends()
    {
        const int Entries = 500;
        await using var log = await TestLog.OpenAsync();
        await log.BeginTermAsync(1);
        var appending = Task.Run(async () =>
        {
            for (var i = 0; i < Entries; i++)
                await log.AppendAloneAsync(1);
        });
        while (log.State.LastCommittedEntryIndex < Entries)
            await log.State.CommitAsync(log.State.LastEntryIndex);
        await appending;
    }

    [Fact]
    public async Task S12_What_a_leader_has_committed_is_committed_while_this_member_becomes_the_leader()
    {
        const int Entries = 500;
        await using var log = await TestLog.OpenAsync();
        await log.BeginTermAsync(1);
        var leading = Task.Run(async () =>
        {
            for (var i = 0; i < Entries; i++)
            {
                await log.AppendAloneAsync(1);
                await log.State.CommitAsync(log.State.LastEntryIndex);
            }
        });
        var following = Task.Run(async () =>
        {
            while (log.State.LastCommittedEntryIndex < Entries)
                await log.CommitKnownAsync(log.State.LastEntryIndex);
        });
        await Task.WhenAll(leading, following);
    }

    [Fact]
    public async Task S14_A_late_duplicate_does_not_cut_the_log()
    {
        await using var log = await TestLog.OpenAsync();
        await log.AppendAsync(1, 1, 1, 2, 2, 2);
        await log.AppendAsync(1, 1, 1);
        await log.AppendAsync(2, 1, 2);
        Assert.Equal("1, 1, 2, 2, 2", string.Join(", ", await log.TermsAsync()));
    }

    [Fact]
    public async Task S14_A_conflict_cuts_the_log_from_there_on()
    {
        await using var log = await TestLog.OpenAsync();
        await log.AppendAsync(1, 1, 1, 1, 1);
        await log.AppendAsync(2, 1, 3);
        Assert.Equal("1, 1, 3", string.Join(", ", await log.TermsAsync()));
    }

    [Fact]
    public async Task A_deposed_leader_puts_no_entry_of_its_term_behind_newer_ones()
    {
        await using var log = await TestLog.OpenAsync();
        await log.AppendAsync(1, 1, 2);
        await Assert.ThrowsAsync<NotLeaderException>(() => log.State.AppendAsync(new ReceivedEntry(1, new byte[1])).AsTask());
        Assert.Equal("1, 2", string.Join(", ", await log.TermsAsync()));
    }

    /// <summary>
    /// Two entries of one index and term that differ are taken for the same on every other member: the group splits, silently. A leader that was stopped for a
    /// while finds both at once, commands that wait and a message of the next term.
    /// </summary>
    [Fact]
    public async Task A_command_enters_the_log_in_no_term_but_that_in_which_this_member_was_elected()
    {
        await using var log = await TestLog.OpenAsync();
        await Assert.ThrowsAsync<NotLeaderException>(() => log.AppendAloneAsync(1));
        await log.BeginTermAsync(2);
        await log.AppendAloneAsync(2);
        await Assert.ThrowsAsync<NotLeaderException>(() => log.AppendAloneAsync(3));
        await log.AppendAsync(3, 3);
        await Assert.ThrowsAsync<NotLeaderException>(() => log.AppendAloneAsync(3));
        Assert.Equal("2, 2, 3", string.Join(", ", await log.TermsAsync()));
        await log.BeginTermAsync(4);
        await log.AppendAloneAsync(4);
        Assert.Equal("2, 2, 3, 4, 4", string.Join(", ", await log.TermsAsync()));
    }

    /// <summary>Whatever arrives, in whatever order: the log is what Raft's rule makes of it (§5.3), and all of it is on disk.</summary>
    [Fact]
    public void Appends_of_any_order_leave_what_the_rule_says()
    {
        var message = Gen.Select(Gen.Long[1, 12], Gen.Long[1, 4].Array[0, 5], (start, terms) => (start, terms: terms.Order().ToArray()));
        message.List[1, 12].Sample(
            messages => RunAsync(messages).GetAwaiter().GetResult(),
            iter: 30);

        static async Task<bool> RunAsync(List<(long Start, long[] Terms)> messages)
        {
            await using var log = await TestLog.OpenAsync();
            var model = new List<long>();
            foreach (var (start, terms) in messages.Where(m => m.Start <= model.Count + 1))
            {
                await log.AppendAsync(start, terms);
                for (var i = 0; i < terms.Length; i++)
                {
                    var index = (int)start - 1 + i;
                    if (index < model.Count && model[index] == terms[i])
                        continue;
                    model.RemoveRange(index, model.Count - index);
                    model.AddRange(terms[i..]);
                    break;
                }
            }

            if (!model.SequenceEqual(await log.TermsAsync()))
                return false;
            await using var survivor = await TestLog.OpenAsync(log.CopyAsAfterKill());
            return model.SequenceEqual(await survivor.TermsAsync());
        }
    }
}
