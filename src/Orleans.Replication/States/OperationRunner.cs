using System.Buffers;

namespace Orleans.Replication.States;

/// <summary>Runs the operations of one type.</summary>
internal abstract class OperationRunner
{
    /// <summary>The version of the operations that the type belongs to (<see cref="SinceVersionAttribute"/>); the first for a type that does not say.</summary>
    public int SinceVersion { get; set; }

    /// <summary>Runs a committed operation.</summary>
    /// <param name="operation">The operation.</param>
    /// <param name="before">The state's record (<see cref="StateFormat"/>); empty when it does not exist.</param>
    /// <param name="context">What the operation may know.</param>
    /// <exception cref="UnreadableStateException">This silo cannot read the record.</exception>
    public abstract OperationOutcome Run(object operation, in ReadOnlySequence<byte> before, in OperationContext context);

    /// <summary>Refuses a record that an operation of the type could not run on.</summary>
    /// <param name="record">The state's record; empty when it does not exist.</param>
    /// <exception cref="UnreadableStateException">This silo cannot read the record as the type's state.</exception>
    public abstract void CheckReadable(in ReadOnlySequence<byte> record);
}
