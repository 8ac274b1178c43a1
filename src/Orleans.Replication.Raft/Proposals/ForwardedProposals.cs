using Google.Protobuf;
using Google.Protobuf.Collections;
using Orleans.Replication.Raft.Log;
using Orleans.Replication.Raft.Wire;

namespace Orleans.Replication.Raft.Proposals;

/// <summary>Commands that another member has sent to this one as the leader. They share a fate: one answer when all were dealt with.</summary>
internal sealed class ForwardedProposals
{
    private readonly TaskCompletionSource<Answer> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _open;
    private int _accepted;

    private ForwardedProposals(int count) => _open = count;

    /// <summary>Puts commands into the queue.</summary>
    /// <returns>
    /// NOT_LEADER or BUSY when none of the commands was put into the log; OK once all were dealt with and at least one was. The sender repeats
    /// what it hears nothing of, which is harmless.
    /// </returns>
    /// <exception cref="LogFormatException">One of them is no command; none was taken.</exception>
    public static async Task<Answer> EnqueueAsync(RepeatedField<ByteString> commands, ProposalQueue queue)
    {
        foreach (var command in commands)
            CommandFormat.Decode(command.Memory);
        var all = new ForwardedProposals(commands.Count);
        var queued = 0;
        while (queued < commands.Count && queue.TryEnqueue(new Item(all, commands[queued].Memory)))
            queued++;
        if (queued == 0)
            return commands.Count == 0 ? Answer.Ok : Answer.Busy;
        all.Settle(commands.Count - queued);
        return await all._answer.Task.ConfigureAwait(false);
    }

    private void Settle(int count)
    {
        if (count > 0 && Interlocked.Add(ref _open, -count) == 0)
            _answer.TrySetResult(Volatile.Read(ref _accepted) > 0 ? Answer.Ok : Answer.NotLeader);
    }

    private sealed class Item(ForwardedProposals all, ReadOnlyMemory<byte> encoded) : IProposal
    {
        public ReadOnlyMemory<byte> Encoded => encoded;

        public bool IsAwaitedElsewhere => true;

        public bool TryTake() => true;

        public void Accept()
        {
            Interlocked.Increment(ref all._accepted);
            all.Settle(1);
        }

        public void Refuse() => all.Settle(1);
    }
}
