using Orleans.Runtime;

namespace Orleans.Replication;

/// <summary>
/// An operation of a transaction threw, on every replica in the same way. Nothing of the transaction happened: every state is as it was before, everywhere.
/// </summary>
[GenerateSerializer]
[Alias("Orleans.Replication.TransactionRejectedException")]
public sealed class TransactionRejectedException : OperationRejectedException
{
    /// <summary>Makes the error.</summary>
    /// <param name="grain">The grain on whose state the operation ran.</param>
    /// <param name="stateName">The state's name.</param>
    /// <param name="message">Why.</param>
    /// <param name="errorType">The full name of the type of the exception that the operation threw.</param>
    public TransactionRejectedException(GrainId grain, string stateName, string message, string errorType = "")
        : base($"The transaction was rejected by an operation on state '{stateName}' of {grain}: {message}", errorType)
    {
        Grain = grain;
        StateName = stateName;
    }

    /// <summary>The grain on whose state the operation ran.</summary>
    [Id(0)]
    public GrainId Grain { get; private set; }

    /// <summary>The state's name.</summary>
    [Id(1)]
    public string StateName { get; private set; }
}
