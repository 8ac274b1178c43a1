using Orleans.Replication.Raft;

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
        GroupUnavailableException => new ReplicationUnavailableException(error.Message),
        OutcomeUnknownException => new ReplicationOutcomeUnknownException(error.Message),
        RaftStorageException => new ReplicationConfigurationException(error.Message, error),
        _ => new ReplicationOutcomeUnknownException($"{error.GetType().Name}: {error.Message}"),
    };
}
