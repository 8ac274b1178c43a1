namespace Orleans.Replication;

/// <summary>So much waits on the silo already that it takes no more. Nothing was written: retry after a pause that grows, or write less.</summary>
[GenerateSerializer]
[Alias("Orleans.Replication.ReplicationBusyException")]
public sealed class ReplicationBusyException : ReplicationUnavailableException
{
    /// <summary>Makes the error.</summary>
    public ReplicationBusyException(string message)
        : base(message)
    {
    }

    /// <summary>Makes the error.</summary>
    public ReplicationBusyException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
