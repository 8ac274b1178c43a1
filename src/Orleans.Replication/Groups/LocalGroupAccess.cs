using Orleans.Replication.Errors;
using Orleans.Replication.Journals.Records;
using Orleans.Replication.Raft;

namespace Orleans.Replication.Groups;

/// <summary>Uses a group through this silo's replica: reads cost no more than the question to the leader, and copy nothing but what is looked at.</summary>
internal sealed class LocalGroupAccess(RaftGroup group) : IGroupAccess
{
    private readonly JournalFeed? _journals = group.Tables.OfType<JournalTable>().FirstOrDefault()?.Feed;

    /// <inheritdoc/>
    public string Name => group.Name;

    /// <inheritdoc/>
    public bool HasLeader => group.GetStatus().Leader is not null;

    /// <inheritdoc/>
    public string? Fault => group.GetStatus().Fault is { } fault ? $"this silo's replica of group '{Name}' is out of service: {fault}" : null;

    /// <inheritdoc/>
    public string Members => $"a majority of {string.Join(", ", group.GetStatus().Members)}";

    /// <inheritdoc/>
    public Task WaitForLeaderAsync(CancellationToken cancellationToken) => group.WaitForLeaderAsync(cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<CommandResult> ProposeAsync(Command command, CancellationToken cancellationToken)
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

    /// <inheritdoc/>
    public async ValueTask<StateRecord?> FindAsync(string table, ReadOnlyMemory<byte> key, CancellationToken cancellationToken)
    {
        try
        {
            await group.ReadBarrierAsync(cancellationToken).ConfigureAwait(false);
            return group.GetReader(table).TryGet(key.Span, out var record) ? record : null;
        }
        catch (Exception error) when (RaftErrors.OfRead(error, group) is { } translated)
        {
            throw translated;
        }
    }

    /// <inheritdoc/>
    public async ValueTask<IStateSnapshot> ReadAsync(string table, IReadOnlyList<RecordRange> ranges, CancellationToken cancellationToken)
    {
        try
        {
            await group.ReadBarrierAsync(cancellationToken).ConfigureAwait(false);
            return Open(table);
        }
        catch (Exception error) when (RaftErrors.OfRead(error, group) is { } translated)
        {
            throw translated;
        }
    }

    /// <inheritdoc/>
    public ValueTask<IStateSnapshot> ReadAgainAsync(string table, IReadOnlyList<RecordRange> ranges, CancellationToken cancellationToken)
    {
        try
        {
            return new(Open(table));
        }
        catch (Exception error) when (RaftErrors.OfRead(error, group) is { } translated)
        {
            throw translated;
        }
    }

    /// <inheritdoc/>
    public IDisposable WatchJournal(ReadOnlySpan<byte> journal, Action<long> changed) =>
        (_journals ?? throw new InvalidOperationException($"Group '{Name}' has no table of journals.")).Subscribe(journal, changed);

    private LocalSnapshot Open(string table) => new(group.OpenSnapshot(table), group);
}
