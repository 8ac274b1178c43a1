namespace Orleans.Replication;

/// <summary>
/// The silo cannot replicate as it is configured: an option, a data folder, a listen address or a name is wrong. The message says what was
/// found and what to write instead.
/// </summary>
[GenerateSerializer]
[Alias("Orleans.Replication.ReplicationConfigurationException")]
public sealed class ReplicationConfigurationException : ReplicationException
{
    /// <summary>Makes the error.</summary>
    public ReplicationConfigurationException(string message)
        : base(message)
    {
    }

    /// <summary>Makes the error.</summary>
    public ReplicationConfigurationException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
