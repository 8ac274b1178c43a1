namespace Orleans.Replication;

/// <summary>
/// The group could not serve the call: no leader, no quorum, a full queue, or a replica out of service. Nothing was written: it is safe to
/// retry.
/// </summary>
[GenerateSerializer]
[Alias("Orleans.Replication.ReplicationUnavailableException")]
public class ReplicationUnavailableException : ReplicationException
{
    /// <summary>Makes the error.</summary>
    public ReplicationUnavailableException(string message)
        : base(message)
    {
    }

    /// <summary>Makes the error.</summary>
    public ReplicationUnavailableException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
