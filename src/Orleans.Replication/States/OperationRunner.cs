using Orleans.Replication.Raft;
using Orleans.Replication.States.History;

namespace Orleans.Replication.States;

/// <summary>Runs the operations of one type.</summary>
internal abstract class OperationRunner
{
    /// <summary>Runs a committed operation on the record that the command is about.</summary>
    /// <param name="operation">The operation.</param>
    /// <param name="context">The command it came in.</param>
    /// <param name="states">The states.</param>
    /// <param name="recording">Takes the change.</param>
    public abstract CommandOutcome Run(object operation, in CommandContext context, IStateReader states, in RecordingTransaction recording);
}
