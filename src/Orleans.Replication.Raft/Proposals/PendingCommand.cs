namespace Orleans.Replication.Raft.Proposals;

/// <summary>
/// A command of this member between the call and its result: in a queue, sent (once or more: the session makes repeats harmless), parked until
/// it is worth another try, or finished. Whoever moves it from one place to another wins a compare-and-exchange.
/// </summary>
internal sealed class PendingCommand(Command command, int bytes, long deadline)
    : TaskCompletionSource<CommandResult>(TaskCreationOptions.RunContinuationsAsynchronously)
{
    private const int Queued = 0;
    private const int Sent = 1;
    private const int Parked = 2;
    private const int Finished = 3;

    private int _place;
    private int _inDoubt;

    public Command Command => command;

    /// <summary>What it counts against the limits.</summary>
    public int Bytes => bytes;

    /// <summary>When the caller is told that there is no result, in ticks of the clock.</summary>
    public long Deadline => deadline;

    /// <summary>Its number in the session.</summary>
    public ulong Sequence { get; set; }

    /// <summary>Its bytes for the log.</summary>
    public byte[] Encoded { get; set; } = [];

    /// <summary>When it was last sent, in ticks of the clock.</summary>
    public long LastSent { get; private set; }

    /// <summary>To which leadership it was last sent.</summary>
    public long LastEpoch { get; private set; }

    /// <summary>How often it may have entered a log; 0 proves that nothing was written.</summary>
    public int InDoubt => Volatile.Read(ref _inDoubt);

    /// <summary>True while it was sent and its result is awaited.</summary>
    public bool IsSent => Volatile.Read(ref _place) == Sent;

    /// <summary>True while nobody does anything for it.</summary>
    public bool IsParked => Volatile.Read(ref _place) == Parked;

    /// <summary>Claims it for sending; false when it was sent by another or is finished.</summary>
    public bool TryBeginSend(long now, long epoch)
    {
        if (!TryMove(Queued, Sent))
            return false;
        LastSent = now;
        LastEpoch = epoch;
        Interlocked.Increment(ref _inDoubt);
        return true;
    }

    /// <summary>The receiver said that it did nothing with it: that attempt is in no doubt.</summary>
    public void Refused()
    {
        Interlocked.Decrement(ref _inDoubt);
        TryMove(Sent, Parked);
    }

    /// <summary>It left its queue without being sent.</summary>
    public void Park() => TryMove(Queued, Parked);

    /// <summary>Claims it for another try; the caller puts it into a queue.</summary>
    public bool TryRequeue() => TryMove(Sent, Queued) || TryMove(Parked, Queued);

    /// <summary>Ends it; false when it has ended before.</summary>
    public bool TryFinish() => Interlocked.Exchange(ref _place, Finished) != Finished;

    private bool TryMove(int from, int to) => Interlocked.CompareExchange(ref _place, to, from) == from;
}
