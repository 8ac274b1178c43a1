using Microsoft.Extensions.Logging;

namespace Orleans.Replication.Raft.Engine;

/// <summary>
/// Whether a replica may serve. The first failure of its log, its state or its apply takes it out of service until it is restarted (SAFETY 9,
/// S15): it acknowledges, votes for and answers nothing, and says why.
/// </summary>
internal sealed partial class ReplicaHealth(string group, ILogger logger)
{
    private string? _fault;

    /// <summary>Raised once, when the replica goes out of service.</summary>
    public event Action? Failed;

    /// <summary>Why the replica is out of service; null while it is healthy.</summary>
    public string? Fault => Volatile.Read(ref _fault);

    /// <summary>Takes the replica out of service; the first reason stays.</summary>
    public void Fail(string reason, Exception? exception = null)
    {
        var fault = exception is null ? reason : $"{reason} {exception.GetType().Name}: {exception.Message}";
        if (Interlocked.CompareExchange(ref _fault, fault, null) is not null)
            return;
        LogOutOfService(exception, group, reason);
        Failed?.Invoke();
    }

    [LoggerMessage(Level = LogLevel.Critical, Message = "This replica of group '{Group}' is out of service: {Reason} Restart it once the cause is gone; "
        + "with an empty group folder it catches up from its peers.")]
    private partial void LogOutOfService(Exception? exception, string group, string reason);
}
