using Google.Protobuf;
using Orleans.Replication.Access.Wire;
using Orleans.Replication.Clustering.Membership;
using Orleans.Replication.Groups;
using Orleans.Replication.Raft;

namespace Orleans.Replication.Access;

/// <summary>Uses a group through a silo that has a replica: each access is a request to one, and what is read is here in memory as a whole.</summary>
internal sealed class RemoteGroupAccess(AccessClient access, string group, RemoteJournals journals, TimeProvider time) : IGroupAccess
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(100);

    private volatile bool _isUnanswered;
    private volatile string? _problem;

    /// <inheritdoc/>
    public string Name => group;

    /// <inheritdoc/>
    /// <remarks>What came of the last access that ended.</remarks>
    public bool HasLeader => !_isUnanswered;

    /// <inheritdoc/>
    public string? Fault => null;

    /// <inheritdoc/>
    public string Members => $"the silos that hold replicas, which are found through {string.Join(", ", access.Seeds)}{(_problem is { } problem ? $" ({problem})" : string.Empty)}";

    /// <inheritdoc/>
    public async Task WaitForLeaderAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                // A read of nothing.
                using var answered = await ReadAsync(MembershipStateTable.TableName, [], cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (ReplicationUnavailableException error)
            {
                _problem = error.Message;
                await Task.Delay(RetryDelay, time, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <inheritdoc/>
    public ValueTask<CommandResult> ProposeAsync(Command command, CancellationToken cancellationToken) =>
        NoteAsync(RemoteCommands.ProposeAsync(access, group, command, default, cancellationToken));

    /// <inheritdoc/>
    public async ValueTask<StateRecord?> FindAsync(string table, ReadOnlyMemory<byte> key, CancellationToken cancellationToken)
    {
        using var found = await ReadAsync(table, [RecordRange.Key(key)], cancellationToken).ConfigureAwait(false);
        return found.TryGet(key.Span, out var record) ? record : null;
    }

    /// <inheritdoc/>
    public async ValueTask<IStateSnapshot> ReadAsync(string table, IReadOnlyList<RecordRange> ranges, CancellationToken cancellationToken)
    {
        var request = new ScanRequest { Table = table, Ranges = { ranges.Select(Encode) } };
        return FetchedRecords.Of(ranges, await NoteAsync(access.ScanAsync(group, request, cancellationToken)).ConfigureAwait(false));
    }

    /// <inheritdoc/>
    /// <remarks>The silo that answers may be another one, and behind the one that did: it is asked for the newest.</remarks>
    public ValueTask<IStateSnapshot> ReadAgainAsync(string table, IReadOnlyList<RecordRange> ranges, CancellationToken cancellationToken) => ReadAsync(table, ranges, cancellationToken);

    /// <inheritdoc/>
    public IDisposable WatchJournal(ReadOnlySpan<byte> journal, Action<long> changed) => journals.Subscribe(journal, changed);

    private static KeyRange Encode(RecordRange range)
    {
        var encoded = new KeyRange { First = UnsafeByteOperations.UnsafeWrap(range.First), MaxRecords = (uint)range.MaxRecords };
        if (range.End is { } end)
            encoded.End = UnsafeByteOperations.UnsafeWrap(end);
        return encoded;
    }

    private async ValueTask<T> NoteAsync<T>(ValueTask<T> access)
    {
        try
        {
            var answer = await access.ConfigureAwait(false);
            (_isUnanswered, _problem) = (false, null);
            return answer;
        }
        catch (Exception error) when (error is ReplicationUnavailableException or OperationCanceledException)
        {
            _isUnanswered = true;
            throw;
        }
    }
}
