using System.Buffers.Binary;
using Orleans.Replication.Groups;
using Orleans.Replication.Journals.Records;
using Orleans.Replication.Raft;

namespace Orleans.Replication.Journals.Provider;

/// <summary>One journal in a Raft group, in bytes.</summary>
/// <param name="key">The key of its header.</param>
/// <param name="group">Finds the group.</param>
internal sealed class Journal(byte[] key, Func<IGroupAccess> group)
{
    private readonly RecordRange _header = RecordRange.Key(key);

    /// <summary>The key of its header.</summary>
    public ReadOnlySpan<byte> Key => key;

    /// <summary>Watches the journal.</summary>
    /// <param name="changed">Gets the index of a command: up to it, the journal may have changed. Must not block, and must not throw.</param>
    /// <returns>Ends the watch when disposed.</returns>
    public IDisposable Watch(Action<long> changed) => group().WatchJournal(key, changed);

    /// <summary>
    /// Reads on from a known position, linearizably. A clearing that somebody has begun and not ended is ended first.
    /// </summary>
    /// <exception cref="ReplicationException">The group could not be asked.</exception>
    public async Task<JournalReading> OpenAsync(JournalPosition known, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            if (await TryOpenAsync(known, cancellationToken).ConfigureAwait(false) is { } reading)
                return reading;
            await ClearAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Appends events, all or none, when the journal is still at a position.</summary>
    /// <param name="at">Where the journal has to be.</param>
    /// <param name="batch">Names the events, so that they can be known again when the answer was lost. A retry uses the same.</param>
    /// <param name="events">The events; at least one.</param>
    /// <returns>The new position; null when the journal is elsewhere, and nothing was appended by this call.</returns>
    /// <exception cref="ReplicationUnavailableException">Nothing was appended.</exception>
    /// <exception cref="ReplicationOutcomeUnknownException">The events may have been appended. A retry at the same position appends them at most once.</exception>
    /// <exception cref="InvalidOperationException">The journal is full.</exception>
    public async Task<JournalPosition?> AppendAsync(
        JournalPosition at, Guid batch, IReadOnlyList<ReadOnlyMemory<byte>> events, CancellationToken cancellationToken = default)
    {
        var result = await ProposeAsync(JournalFormat.Append(batch, events), at.Version, cancellationToken).ConfigureAwait(false);
        return result.Status switch
        {
            // The command that began the journal is also the one that wrote this header.
            CommandStatus.Ok => new(at.Incarnation == 0 ? result.Version : at.Incarnation, at.Count + events.Count, result.Version),
            CommandStatus.VersionMismatch => null,
            _ => result.Payload.Span switch
            {
                [(byte)JournalRefusal.Clearing] => null,
                [(byte)JournalRefusal.Full] => throw new InvalidOperationException($"The journal is full: it has {at.Count} events."),
                _ => throw Malformed(),
            },
        };
    }

    /// <summary>Removes all events. What is appended meanwhile by others is refused until it is done, or removed as well.</summary>
    /// <exception cref="ReplicationException">
    /// The group could not be asked. The journal is as before, or it counts as empty and whoever uses it next ends the clearing.
    /// </exception>
    public async Task ClearAsync(CancellationToken cancellationToken = default)
    {
        long left;
        do
        {
            var result = await ProposeAsync(JournalFormat.Clear, null, cancellationToken).ConfigureAwait(false);
            if (result.Status != CommandStatus.Ok)
                throw Malformed();
            left = BinaryPrimitives.ReadInt64BigEndian(result.Payload.Span);
        }
        while (left > 0);
    }

    /// <summary>Reads some of the events up to a position that was reached here before.</summary>
    /// <param name="known">The position.</param>
    /// <param name="from">The place of the first event.</param>
    /// <param name="to">The place behind the last event; at most that of the position.</param>
    /// <exception cref="InvalidOperationException">The journal was cleared meanwhile.</exception>
    /// <exception cref="ReplicationException">The replica is out of service, or the group could not be asked.</exception>
    public async Task<IReadOnlyList<JournalEvent>> ReadAsync(JournalPosition known, long from, long to, CancellationToken cancellationToken = default)
    {
        if (from == to)
            return [];
        var events = new RecordRange(JournalKeys.Event(key, from), JournalKeys.Event(key, to));
        using var snapshot = await group().ReadAgainAsync(JournalTable.TableName, [_header, events], cancellationToken).ConfigureAwait(false);
        if (Find(snapshot) is not { Header: { Clearing: false } header } || header.Incarnation != known.Incarnation)
            throw new InvalidOperationException("The journal was cleared by another instance; its events are gone.");
        return [.. snapshot.ScanRange(events.First, events.End).Select(pair => JournalEvent.Decode(pair.Value.Value))];
    }

    private static InvalidOperationException Malformed() =>
        new("The group refused the command as malformed: its members run different versions of the software.");

    // Null: the journal is being cleared.
    private async Task<JournalReading?> TryOpenAsync(JournalPosition known, CancellationToken cancellationToken)
    {
        var snapshot = await OpenAsync(known.Count, cancellationToken).ConfigureAwait(false);
        var found = Find(snapshot);
        if (known.Count > 0 && found?.Header.Incarnation != known.Incarnation)
        {
            // Another journal by now: all of it is wanted.
            snapshot.Dispose();
            snapshot = await OpenAsync(0, cancellationToken).ConfigureAwait(false);
            found = Find(snapshot);
        }

        var reading = Start(snapshot, found, known);
        if (reading is null)
            snapshot.Dispose();
        return reading;
    }

    private ValueTask<IStateSnapshot> OpenAsync(long from, CancellationToken cancellationToken) =>
        group().ReadAsync(JournalTable.TableName, [_header, new(JournalKeys.Event(key, from), JournalKeys.EndOfEvents(key))], cancellationToken);

    private JournalReading? Start(IStateSnapshot snapshot, (JournalHeader Header, long Version)? found, JournalPosition known)
    {
        if (found is not var (header, version))
            return new(snapshot, key, 0, default, known.Incarnation != 0);
        if (header.Clearing)
            return null;
        var same = header.Incarnation == known.Incarnation;
        return new(snapshot, key, same ? known.Count : 0, new(header.Incarnation, header.Count, version), !same && known.Incarnation != 0);
    }

    private (JournalHeader Header, long Version)? Find(IStateSnapshot snapshot) =>
        snapshot.TryGet(key, out var record) ? (JournalHeader.Decode(record.Value.Span), record.Version) : null;

    private ValueTask<CommandResult> ProposeAsync(ReadOnlyMemory<byte> payload, long? expectedVersion, CancellationToken cancellationToken) =>
        group().ProposeAsync(new Command(JournalTable.TableName, key, payload, expectedVersion), cancellationToken);
}
