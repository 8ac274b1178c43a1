using System.Buffers;

namespace Orleans.Replication.States;

/// <summary>Runs the operations of one type.</summary>
internal abstract class OperationRunner
{
    /// <summary>The version of the operations that the type belongs to (<see cref="SinceVersionAttribute"/>); the first for a type that does not say.</summary>
    public int SinceVersion { get; set; }

    /// <summary>The type of the states.</summary>
    public abstract Type StateType { get; }

    /// <summary>True when an operation gets the object that the one before has returned (<see cref="LargeStateAttribute"/>).</summary>
    /// <param name="version">The version of the operations that is in force.</param>
    public abstract bool KeepsStates(int version);

    /// <summary>Runs a committed operation.</summary>
    /// <param name="operation">The operation.</param>
    /// <param name="state">The state, if it was kept; null to read it.</param>
    /// <param name="before">The state's record (<see cref="StateFormat"/>); empty when it does not exist.</param>
    /// <param name="context">What the operation may know.</param>
    /// <exception cref="UnreadableStateException">This silo cannot read the record.</exception>
    public abstract OperationOutcome Run(object operation, object? state, in ReadOnlySequence<byte> before, in OperationContext context);

    /// <summary>Runs an operation that was accepted before, for the state alone.</summary>
    /// <param name="operation">The operation.</param>
    /// <param name="state">What it was run on.</param>
    /// <param name="context">What it knew.</param>
    /// <returns>What came of it.</returns>
    public abstract object? RunAgain(object operation, object? state, in OperationContext context);

    /// <summary>Reads a state.</summary>
    /// <param name="record">Its record, which is not empty.</param>
    /// <exception cref="UnreadableStateException">This silo cannot read the record as the type's state.</exception>
    public abstract object? Read(in ReadOnlySequence<byte> record);

    /// <summary>Refuses a record that an operation of the type could not run on.</summary>
    /// <param name="record">The state's record; empty when it does not exist.</param>
    /// <exception cref="UnreadableStateException">This silo cannot read the record as the type's state.</exception>
    public abstract void CheckReadable(in ReadOnlySequence<byte> record);
}
