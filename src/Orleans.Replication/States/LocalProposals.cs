using System.Buffers;
using Orleans.Replication.Errors;
using Orleans.Replication.Raft;
using Orleans.Replication.States.History;

namespace Orleans.Replication.States;

/// <summary>Proposes through a replica of this process.</summary>
internal sealed class LocalProposals(RaftGroup group, OperationRunners operations) : IProposals
{
    private readonly StateHistory _history = group.Tables.OfType<StatesTable>().Single().History;

    /// <inheritdoc/>
    public string Group => group.Name;

    /// <inheritdoc/>
    public OperationsNeed Check(Type operation)
    {
        operations.CheckProposable(operation, group);
        return default;
    }

    /// <inheritdoc/>
    /// <remarks>The history is asked first: it has in memory what has changed lately, and nothing of it is copied.</remarks>
    public bool TryFind(ReadOnlySpan<byte> key, out ReadOnlySequence<byte> record, out long version)
    {
        try
        {
            return _history.TryGetCurrent(key, group.GetReader(StatesTable.TableName), out record, out version);
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
