namespace Orleans.Replication;

/// <summary>
/// The deadline passed after the command may have entered the log: it may be applied, now or later, or never. It will not be applied twice. A
/// caller that retries proposes a new command, so it has to find out first, or to make the operation idempotent.
/// </summary>
[GenerateSerializer]
[Alias("Orleans.Replication.ReplicationOutcomeUnknownException")]
public sealed class ReplicationOutcomeUnknownException : ReplicationException
{
    /// <summary>Makes the error.</summary>
    public ReplicationOutcomeUnknownException(string message)
        : base(message)
    {
    }

    /// <summary>Makes the error.</summary>
    public ReplicationOutcomeUnknownException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
