namespace Orleans.Replication.Raft.Tests.Cluster;

/// <summary>Lets through while it is open.</summary>
internal sealed class Gate
{
    private volatile TaskCompletionSource _opened = Opened();

    public Task WaitAsync(CancellationToken cancellationToken) => _opened.Task.WaitAsync(cancellationToken);

    public void Close()
    {
        if (_opened.Task.IsCompleted)
            _opened = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    public void Open() => _opened.TrySetResult();

    private static TaskCompletionSource Opened()
    {
        var opened = new TaskCompletionSource();
        opened.SetResult();
        return opened;
    }
}
