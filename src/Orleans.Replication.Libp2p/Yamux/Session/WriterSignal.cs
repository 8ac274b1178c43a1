using System.Threading.Tasks.Sources;

namespace Orleans.Replication.Libp2p.Yamux;

/// <summary>
/// Where the one writer of a session sleeps. Reusable, so that waking it costs no allocation. The result of a wait says whether the writer now
/// runs on its waker's own thread: the path on which a small frame leaves without a thread switch.
/// </summary>
internal sealed class WriterSignal : IValueTaskSource<bool>, IThreadPoolWorkItem
{
    private ManualResetValueTaskSourceCore<bool> _core;

    /// <summary>Prepares a wait. The session's gate sees to it that exactly one wake follows.</summary>
    public void Arm() => _core.Reset();

    public ValueTask<bool> WaitAsync() => new(this, _core.Version);

    /// <summary>Runs the writer on this thread until it has to wait or has sent one burst. No lock may be held.</summary>
    public void WakeInline() => _core.SetResult(true);

    /// <summary>Runs the writer on the thread pool.</summary>
    public void WakeOnPool() => ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);

    void IThreadPoolWorkItem.Execute() => _core.SetResult(false);

    bool IValueTaskSource<bool>.GetResult(short token) => _core.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<bool>.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource<bool>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);
}
