namespace Orleans.Replication.Libp2p.Yamux;

/// <summary>A ping under way. Everyone who asks for one meanwhile shares it.</summary>
internal sealed class PingRequest
{
    private readonly TaskCompletionSource<TimeSpan> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public PingRequest(uint value, long queuedAt)
    {
        Value = value;
        QueuedAt = queuedAt;
        SentAt = queuedAt;
    }

    public uint Value { get; }

    /// <summary>When it was asked for: what the keep-alive counts from, for a writer that is stuck never sends it.</summary>
    public long QueuedAt { get; }

    /// <summary>When it was written: what the round trip counts from.</summary>
    public long SentAt { get; set; }

    public Task<TimeSpan> Answer => _answer.Task;

    public void Succeed(TimeSpan roundTrip) => _answer.TrySetResult(roundTrip);

    public void Fail(Exception reason)
    {
        _answer.TrySetException(reason);
        _ = _answer.Task.Exception; // The first ping of a session may have no one who waits for it.
    }
}
