using Orleans.Replication.Errors;
using Orleans.Replication.Raft;

namespace Orleans.Replication.States;

/// <summary>Proposes through a replica of this process.</summary>
internal sealed class LocalProposals(RaftGroup group, OperationRunners operations) : IProposals
{
    /// <inheritdoc/>
    public string Group => group.Name;

    /// <inheritdoc/>
    public OperationsNeed Check(Type operation)
    {
        operations.CheckProposable(operation, group);
        return default;
    }

    /// <inheritdoc/>
    public bool TryFind(ReadOnlySpan<byte> key, out StateRecord record)
    {
        try
        {
            return group.GetReader(StatesTable.TableName).TryGet(key, out record);
        }
        catch (Exception error) when (RaftErrors.OfRead(error, group) is { } translated)
        {
            throw translated;
        }
    }

    /// <inheritdoc/>
    public async ValueTask<CommandResult> ProposeAsync(Command command, OperationsNeed need, CancellationToken cancellationToken)
    {
        try
        {
            return await group.ProposeAsync(command, cancellationToken).ConfigureAwait(false);
        }
        catch (RaftException error)
        {
            throw RaftErrors.Translate(error);
        }
    }
}
