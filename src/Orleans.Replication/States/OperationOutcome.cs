namespace Orleans.Replication.States;

/// <summary>What an operation has come to.</summary>
/// <param name="Accepted">False when it threw.</param>
/// <param name="Answer">Its result as Orleans serializes it, or why it was refused (<see cref="Rejection"/>).</param>
/// <param name="After">The state's record afterwards; empty when it is as it was. Good until the thread's next operation.</param>
/// <param name="State">The state afterwards, if it is one that is kept (<see cref="LargeStateAttribute"/>).</param>
internal readonly record struct OperationOutcome(bool Accepted, ReadOnlyMemory<byte> Answer, ReadOnlyMemory<byte> After = default, object? State = null);
