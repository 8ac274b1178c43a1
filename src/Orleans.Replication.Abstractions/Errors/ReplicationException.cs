using Orleans.Runtime;

namespace Orleans.Replication;

/// <summary>The base of the errors of replicated state. Each derived type says what is known to have happened to the write.</summary>
[GenerateSerializer]
[Alias("Orleans.Replication.ReplicationException")]
public abstract class ReplicationException : OrleansException
{
    private protected ReplicationException(string message)
        : base(message)
    {
    }

    private protected ReplicationException(string message, Exception? innerException)
        : base(message, innerException!)
    {
    }
}
