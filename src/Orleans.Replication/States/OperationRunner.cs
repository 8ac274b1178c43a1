using Orleans.Replication.Raft;

namespace Orleans.Replication.States;

/// <summary>Runs the operations of one type.</summary>
internal abstract class OperationRunner
{
    /// <summary>Runs a committed operation on the record that the command is about.</summary>
    public abstract CommandOutcome Run(object operation, in CommandContext context, IStateTransaction state);
}
