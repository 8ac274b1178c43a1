using Orleans.Replication.Raft.Proposals;

namespace Orleans.Replication.Raft.Tests.Proposals;

public sealed class PendingCommandTests
{
    /// <summary>Whoever gives a command up looks whether it was ever sent, and promises the caller that nothing was written when it was not.</summary>
    [Fact]
    public async Task A_command_that_was_given_up_as_unwritten_is_never_sent()
    {
        const int Rounds = 200_000;
        var commands = Enumerable.Range(1, Rounds).Select(i => Queued((ulong)i)).ToArray();
        using var together = new Barrier(2);
        var sent = new bool[Rounds];
        var promised = new bool[Rounds];
        var sender = Task.Factory.StartNew(() => RunAll(i => sent[i] = commands[i].TryBeginSend(now: 1, epoch: 1)), TaskCreationOptions.LongRunning);
        var sweeper = Task.Factory.StartNew(() => RunAll(i => promised[i] = commands[i].TryFinish() && commands[i].InDoubt == 0), TaskCreationOptions.LongRunning);
        await Task.WhenAll(sender, sweeper);
        Assert.DoesNotContain(Enumerable.Range(0, Rounds), i => sent[i] && promised[i]);

        void RunAll(Action<int> step)
        {
            for (var i = 0; i < Rounds; i++)
            {
                // Meet now and then, so that neither runs away from the other.
                if (i % 64 == 0)
                    together.SignalAndWait();
                step(i);
            }
        }
    }

    [Fact]
    public void An_attempt_that_was_refused_is_in_no_doubt_and_one_without_answer_stays_in_doubt()
    {
        var command = Queued(1);
        Assert.True(command.TryBeginSend(1, 1));
        Assert.Equal(1, command.InDoubt);
        command.Refused();
        Assert.Equal(0, command.InDoubt);
        Assert.True(command.IsParked);

        Assert.True(command.TryRequeue());
        Assert.True(command.TryBeginSend(2, 1));
        Assert.True(command.TryRequeue());
        Assert.True(command.TryBeginSend(3, 2));
        command.Refused();
        Assert.Equal(1, command.InDoubt);
    }

    [Fact]
    public void A_finished_command_is_neither_sent_nor_queued_nor_finished_again()
    {
        var command = Queued(1);
        Assert.True(command.TryFinish());
        Assert.False(command.TryFinish());
        Assert.False(command.TryBeginSend(1, 1));
        Assert.False(command.TryRequeue());
        Assert.Equal(0, command.InDoubt);
    }

    [Fact]
    public void A_command_counts_until_its_caller_and_its_queue_have_done_with_it()
    {
        var command = Queued(1);
        command.Hold();
        Assert.False(command.LetGo());
        Assert.True(command.LetGo());
    }

    private static PendingCommand Queued(ulong sequence)
    {
        var command = new PendingCommand(default, bytes: 0, deadline: 0) { Sequence = sequence };
        Assert.True(command.TryPrepare(session: 1, _ => []));
        return command;
    }
}
