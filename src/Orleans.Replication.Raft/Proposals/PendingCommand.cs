using System.Diagnostics;

namespace Orleans.Replication.Raft.Proposals;

/// <summary>
/// A command of this member between the call and its result: waiting for a session, in a queue, sent (once or more: the session makes repeats
/// harmless), parked until it is worth another try, or finished. Whoever moves it from one place to another wins a compare-and-exchange.
/// </summary>
internal sealed class PendingCommand(Command command, int bytes, long deadline)
    : TaskCompletionSource<CommandResult>(TaskCreationOptions.RunContinuationsAsynchronously)
{
    private const int WithoutSession = 0;
    private const int Queued = 1;
    private const int Sent = 2;
    private const int Parked = 3;
    private const int Finished = 4;

    private int _place;
    private int _inDoubt;

    /// <summary>Its caller, and the queue it is in: both gone, it counts against the limits no longer.</summary>
    private int _holders = 1;

    public Command Command => command;

    /// <summary>What it counts against the limits.</summary>
    public int Bytes => bytes;

    /// <summary>The trace of it; null when nobody listens.</summary>
    public Activity? Activity { get; init; }

    /// <summary>When the caller is told that there is no result, in ticks of the clock.</summary>
    public long Deadline => deadline;

    /// <summary>Its number in the session; the nonce, for an order to open a session.</summary>
    public required ulong Sequence { get; init; }

    /// <summary>True for an order to open a session.</summary>
    public bool IsOrder => Sequence > long.MaxValue;

    /// <summary>The session in which it was sent; 0 before, and for an order to open one.</summary>
    public ulong Session { get; private set; }

    /// <summary>Its bytes for the log.</summary>
    public byte[] Encoded { get; private set; } = [];

    /// <summary>When it was last sent, in ticks of the clock.</summary>
    public long LastSent { get; private set; }

    /// <summary>To which leadership it was last sent.</summary>
    public long LastEpoch { get; private set; }

    /// <summary>How often it may have entered a log; 0, read after it is finished, proves that nothing was written.</summary>
    public int InDoubt => Volatile.Read(ref _inDoubt);

    /// <summary>True until it is given a session.</summary>
    public bool IsWithoutSession => Volatile.Read(ref _place) == WithoutSession;

    /// <summary>True while it was sent and its result is awaited.</summary>
    public bool IsSent => Volatile.Read(ref _place) == Sent;

    /// <summary>True while nobody does anything for it.</summary>
    public bool IsParked => Volatile.Read(ref _place) == Parked;

    /// <summary>Gives it its session and bytes, and claims it for its first try; the caller puts it into a queue. False when it has them, or is finished.</summary>
    public bool TryPrepare(ulong session, Func<PendingCommand, byte[]> encode)
    {
        if (!TryMove(WithoutSession, Queued))
            return false;
        Session = session;
        Encoded = encode(this);
        return true;
    }

    /// <summary>Claims it for sending; false when it was sent by another or is finished.</summary>
    public bool TryBeginSend(long now, long epoch)
    {
        // In doubt first, then claimed: whoever finishes it between the two must not promise that nothing was written.
        Interlocked.Increment(ref _inDoubt);
        if (!TryMove(Queued, Sent))
        {
            Interlocked.Decrement(ref _inDoubt);
            return false;
        }

        LastSent = now;
        LastEpoch = epoch;
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

    /// <summary>It is about to be put into a queue, finished or not.</summary>
    public void Hold() => Interlocked.Increment(ref _holders);

    /// <summary>Its caller or its queue has done with it.</summary>
    /// <returns>True when that was the last one.</returns>
    public bool LetGo() => Interlocked.Decrement(ref _holders) == 0;

    private bool TryMove(int from, int to) => Interlocked.CompareExchange(ref _place, to, from) == from;
}
