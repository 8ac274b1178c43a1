using Orleans.Replication.Raft;
using Orleans.Replication.States;

namespace Orleans.Replication.Errors;

/// <summary>
/// Says in this package's errors, which every silo and client knows, what the Raft package said in its own. What is known to have happened stays
/// the same.
/// </summary>
internal static class RaftErrors
{
    /// <summary>The error for callers of replicated state.</summary>
    public static ReplicationException Translate(RaftException error) => error switch
    {
        GroupBusyException => new ReplicationBusyException(error.Message),
        GroupUnavailableException => new ReplicationUnavailableException(error.Message),
        OutcomeUnknownException => new ReplicationOutcomeUnknownException(error.Message),
        RaftStorageException => new ReplicationConfigurationException(error.Message, error),
        _ => new ReplicationOutcomeUnknownException($"{error.GetType().Name}: {error.Message}"),
    };

    /// <summary>The error for callers who read this silo's replica; null for one that is not about reading.</summary>
    public static ReplicationException? OfRead(Exception error, RaftGroup group) => error switch
    {
        RaftException raft => Translate(raft),
        ObjectDisposedException => new ReplicationUnavailableException($"Group '{group.Name}' is stopping on this silo."),
        UnreadableStateException => new ReplicationConfigurationException(error.Message, error.InnerException),
        _ => null,
    };
}
