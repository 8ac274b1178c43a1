namespace Orleans.Replication.Raft.Consensus;

/// <summary>A consensus in its group, in bytes: proposes, reads and watches.</summary>
internal sealed class ConsensusLog(RaftGroup group, ConsensusTable table)
{
    private const int MaxUpdatesInLook = 64;

    public RaftGroup Group => group;

    /// <summary>Proposes a command, under a ticket of its own.</summary>
    /// <returns>The revision it made.</returns>
    /// <inheritdoc cref="IActor{TState}.SetStateAsync(ConsensusChange{TState}, CancellationToken)" path="/exception"/>
    public async ValueTask<(long Revision, RevisionRecord Record)> ProposeAsync(ConsensusCommand command, CancellationToken cancellationToken)
    {
        var ticket = table.Pending.Add();
        RevisionRecord? made;
        ConsensusReply reply;
        try
        {
            var payload = (command with { Ticket = ticket }).Encode();
            var result = await group.ProposeAsync(new Command(table.Name, ConsensusKeys.HeadMemory, payload), cancellationToken).ConfigureAwait(false);
            reply = ConsensusReply.Decode(result.Payload);
        }
        finally
        {
            made = table.Pending.Remove(ticket);
        }

        switch (reply.Kind)
        {
            case ConsensusReplyKind.Agreed:
                return (reply.Revision, made ?? ReadRevision(reply.Revision));
            case ConsensusReplyKind.NotKept:
                throw NotKept(command.Revision, reply.Revision, "It cannot be rolled back to; nothing was changed. RollbackToAsync puts in any state.");
            default:
                using (var state = group.OpenSnapshot(table.Name))
                    throw Inconsistent(ConsensusHead.Read(state), reply);
        }
    }

    /// <summary>What this member has now.</summary>
    public ConsensusStatus GetStatus()
    {
        using var state = group.OpenSnapshot(table.Name);
        var head = ConsensusHead.Read(state);
        return new() { Revision = head.Newest, OldestRevision = head.Oldest, Failure = head.IsInconsistent ? head.Failure : null };
    }

    /// <summary>The newest state that was acknowledged, anywhere, before the call.</summary>
    /// <inheritdoc cref="IConsensus{TState}.GetCurrentStateAsync" path="/exception"/>
    public async ValueTask<(long Revision, RevisionRecord Record)> ReadHeadAsync(CancellationToken cancellationToken)
    {
        await group.ReadBarrierAsync(cancellationToken).ConfigureAwait(false);
        using var state = group.OpenSnapshot(table.Name);
        var head = ConsensusHead.Read(state);
        if (head.IsInconsistent)
            throw Inconsistent(head, new(ConsensusReplyKind.Inconsistent, head.Newest));
        return head.Newest == 0
            ? throw new NoStateException($"Nothing was agreed in '{table.Name}' of group '{group.Name}' yet: commit a state or an operation first.")
            : (head.Newest, RevisionRecord.Read(state, head.Newest)!.Value);
    }

    /// <summary>Watches for new revisions, from now on.</summary>
    public IRecordWatch Watch() => group.WatchRecord(table.Name, ConsensusKeys.Head);

    /// <summary>The revisions after one that this member has applied, the oldest first; the first few when there are many. The first may not be the very next.</summary>
    public IReadOnlyList<(long Revision, RevisionRecord Record)> ReadAfter(long after)
    {
        using var state = group.OpenSnapshot(table.Name);
        var head = ConsensusHead.Read(state);
        var first = Math.Max(after + 1, head.Oldest);
        var count = (int)Math.Clamp(head.Newest - first + 1, 0, MaxUpdatesInLook);
        var found = new (long, RevisionRecord)[count];
        for (var i = 0; i < count; i++)
            found[i] = (first + i, RevisionRecord.Read(state, first + i)!.Value);
        return found;
    }

    private RevisionRecord ReadRevision(long revision)
    {
        using var state = group.OpenSnapshot(table.Name);
        return RevisionRecord.Read(state, revision)
            ?? throw NotKept(revision, ConsensusHead.Read(state).Oldest, "The change was made, but this member was so far behind that it knows only later states.");
    }

    private RevisionNotKeptException NotKept(long revision, long oldest, string consequence) =>
        new($"Revision {revision} of '{table.Name}' of group '{group.Name}' is not kept; the oldest is {oldest}. {consequence}")
        {
            Revision = revision,
            OldestRevision = oldest,
        };

    private InconsistentConsensusException Inconsistent(in ConsensusHead head, in ConsensusReply reply)
    {
        // The head is read after the reply: somebody may have rolled back meanwhile.
        var failure = head.IsInconsistent ? head.Failure : "an error that a rollback has ended since";
        var what = reply.Kind == ConsensusReplyKind.Failed ? "The operation failed on every member" : "An earlier operation failed, and nothing was changed";
        return new(
            $"{what}: {failure}. The state of '{table.Name}' of group '{group.Name}' is inconsistent. Roll back, to revision {reply.Revision} for example, to go on.",
            head.IsInconsistent ? table.FindFailure(head.FailedAt) : null)
        {
            Revision = reply.Revision,
            Failure = failure,
        };
    }
}
