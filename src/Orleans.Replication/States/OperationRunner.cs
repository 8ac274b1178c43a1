namespace Orleans.Replication.States;

/// <summary>Runs the operations of one type.</summary>
internal abstract class OperationRunner
{
    /// <summary>Runs a committed operation.</summary>
    /// <param name="operation">The operation.</param>
    /// <param name="before">The state's record (<see cref="StateFormat"/>); empty when it does not exist.</param>
    /// <param name="context">What the operation may know.</param>
    /// <exception cref="UnreadableStateException">This silo cannot read the record.</exception>
    public abstract OperationOutcome Run(object operation, ReadOnlyMemory<byte> before, in OperationContext context);
}
