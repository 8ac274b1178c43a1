namespace Orleans.Replication;

/// <summary>
/// The operation was committed, and every replica refused it in the same way: it threw. The state is as it was before, everywhere; the same
/// operation on the same state would be refused again.
/// </summary>
[GenerateSerializer]
[Alias("Orleans.Replication.OperationRejectedException")]
public class OperationRejectedException : ReplicationException
{
    /// <summary>Makes the error.</summary>
    /// <param name="message">Why.</param>
    /// <param name="errorType">The full name of the type of the exception that the operation threw; empty when it was none.</param>
    public OperationRejectedException(string message, string errorType = "")
        : base(message) => ErrorType = errorType;

    /// <summary>The full name of the type of the exception that the operation threw; empty when it was refused without one.</summary>
    [Id(0)]
    public string ErrorType { get; private set; }
}
