namespace Orleans.Replication.Libp2p.Swarm;

/// <summary>
/// Owns background tasks: every one that was started is known until it ends, its failure is reported, and <see cref="DrainAsync"/> waits for all.
/// </summary>
/// <param name="onFailure">Told about a task that failed other than by cancellation. Tasks are expected to handle what they foresee.</param>
internal sealed class TaskTracker(Action<Exception> onFailure)
{
    private readonly HashSet<Task> _running = [];
    private readonly Lock _lock = new();

    internal int Count
    {
        get
        {
            lock (_lock)
                return _running.Count;
        }
    }

    /// <summary>Starts a task, on this thread until it first waits.</summary>
    internal Task Run(Func<Task> start)
    {
        var task = ObserveAsync(start);
        lock (_lock)
        {
            if (!task.IsCompleted)
                _running.Add(task);
        }

        if (!task.IsCompleted)
            task.ContinueWith(Remove, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        else
            Remove(task);
        return task;
    }

    /// <summary>Waits until no task runs, those included that are started meanwhile.</summary>
    internal async Task DrainAsync()
    {
        while (true)
        {
            Task[] running;
            lock (_lock)
                running = [.. _running];
            if (running.Length == 0)
                return;
            await Task.WhenAll(running).ConfigureAwait(false);
            foreach (var task in running)
                Remove(task); // Its continuation may not have run yet.
        }
    }

    private void Remove(Task task)
    {
        lock (_lock)
            _running.Remove(task);
    }

    private async Task ObserveAsync(Func<Task> start)
    {
        try
        {
            await start().ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Whoever cancelled knows.
        }
#pragma warning disable CA1031 // The last stop for failures nobody foresaw: they are reported and must not take the process down.
        catch (Exception error)
#pragma warning restore CA1031
        {
            onFailure(error);
        }
    }
}
