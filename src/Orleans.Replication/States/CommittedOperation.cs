using System.Buffers;

namespace Orleans.Replication.States;

/// <summary>An operation from the log.</summary>
/// <param name="Operation">The operation.</param>
/// <param name="Runner">Runs it.</param>
/// <param name="Body">As it stands in the log.</param>
internal readonly record struct CommittedOperation(object Operation, OperationRunner Runner, ReadOnlyMemory<byte> Body)
{
    /// <inheritdoc cref="OperationRunner.Run"/>
    public OperationOutcome Run(object? state, in ReadOnlySequence<byte> before, in OperationContext context) => Runner.Run(Operation, state, before, context);

    /// <inheritdoc cref="OperationRunner.RunAgain"/>
    public object? RunAgain(object? state, in OperationContext context) => Runner.RunAgain(Operation, state, context);
}
