using Microsoft.Extensions.Logging;

namespace Orleans.Replication.Raft.Engine;

/// <summary>
/// Whether a replica may serve. The first failure of its log, its state or its apply takes it out of service for good (SAFETY 9, S15): it
/// acknowledges, votes for and answers nothing, and says why. Another replica may be opened in its place (<see cref="RaftGroup"/>).
/// </summary>
internal sealed partial class ReplicaHealth(string group, ILogger logger)
{
    private string? _fault;

    /// <summary>Raised once, when the replica goes out of service.</summary>
    public event Action? Failed;

    /// <summary>Why the replica is out of service; null while it is healthy.</summary>
    public string? Fault => Volatile.Read(ref _fault);

    /// <summary>What can be done about it.</summary>
    public FaultKind Kind { get; private set; }

    /// <summary>Takes the replica out of service; the first reason stays.</summary>
    public void Fail(string reason, Exception? exception = null) => Fail(reason, FaultKinds.Of(exception), exception);

    /// <inheritdoc cref="Fail(string, Exception?)"/>
    public void Fail(string reason, FaultKind kind, Exception? exception = null)
    {
        var fault = exception is null ? reason : $"{reason} {exception.GetType().Name}: {exception.Message}";
        if (Interlocked.CompareExchange(ref _fault, fault, null) is not null)
            return;
        Kind = kind;
        LogOutOfService(exception, group, reason, kind);
        Failed?.Invoke();
    }

    [LoggerMessage(Level = LogLevel.Critical, Message = "This replica of group '{Group}' is out of service ({Kind}): {Reason}")]
    private partial void LogOutOfService(Exception? exception, string group, string reason, FaultKind kind);
}
