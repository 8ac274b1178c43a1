using System.Buffers;
using System.Globalization;
using Orleans.Journaling;
using Orleans.Replication.Groups;
using Orleans.Replication.Journaling.Records;
using Orleans.Replication.Raft;
using Orleans.Storage;

namespace Orleans.Replication.Journaling.Provider;

/// <summary>
/// One journal, as one activation knows it. An append is one command of its own bytes; replacing and deleting are one command as well, so that each
/// happens wholly or not at all. A change is made at the version that this instance has read or written itself, and refused when somebody else has
/// changed the journal since: what an activation does that has not seen the newest content must not be kept.
/// </summary>
/// <param name="id">The journal.</param>
/// <param name="key">The key of its header.</param>
/// <param name="format">The key of the format that is written.</param>
/// <param name="compactionThresholdBytes">See <see cref="Configuration.RaftJournalStorageOptions.CompactionThresholdBytes"/>.</param>
/// <param name="group">Where it is kept.</param>
internal sealed class RaftJournalStorage(JournalId id, byte[] key, string format, long compactionThresholdBytes, JournalGroup group) : IJournalStorage
{
    /// <summary>A replacement deletes all segments in one command, which holds up the group: it is asked for before there are more than about this many.</summary>
    public const int MaxSegments = 4096;

    private readonly RecordRange[] _metadata = [RecordRange.Key(key), RecordRange.Key(JournalKeys.Properties(key))];

    // Not 0 as long as this instance knows a journal. The content is only known after a reading, so a look at the metadata does not move it.
    private long _version;
    private JournalHeader _header = JournalHeader.Empty;

    /// <inheritdoc/>
    public bool IsCompactionRequested =>
        _header.AppendedBytes >= Math.Max(compactionThresholdBytes, _header.BaseBytes) || _header.End - _header.First >= MaxSegments;

    /// <summary>Reads the journal, linearizably, segment by segment.</summary>
    /// <exception cref="ReplicationException">The group could not be asked.</exception>
    public async ValueTask ReadAsync(IJournalStorageConsumer consumer, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(consumer);
        using var snapshot = await group.ReadAsync([.. _metadata, new(JournalKeys.Segment(key, 0), JournalKeys.Segment(key, long.MaxValue))], cancellationToken).ConfigureAwait(true);
        var journal = StoredJournal.Find(key, snapshot);
        Know(journal?.Header ?? JournalHeader.Empty, journal?.Version ?? 0);
        if (journal is null)
            consumer.Complete(null);
        else
            consumer.Read(Segments(snapshot, journal.Header, cancellationToken), journal.ToMetadata(), complete: true);
    }

    /// <inheritdoc/>
    public ValueTask AppendAsync(ReadOnlySequence<byte> value, CancellationToken cancellationToken) => WriteAsync(
        JournalCommandKind.Append,
        value,
        _header with { End = _header.End + 1, AppendedBytes = _header.AppendedBytes + value.Length, Format = format },
        cancellationToken);

    /// <inheritdoc/>
    public ValueTask ReplaceAsync(ReadOnlySequence<byte> value, CancellationToken cancellationToken) => WriteAsync(
        JournalCommandKind.Replace, value, new(_header.End, _header.End + 1, value.Length, 0, format), cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DeleteAsync(CancellationToken cancellationToken)
    {
        Check(await group.ChangeAsync(key, JournalFormat.Delete, _version, cancellationToken).ConfigureAwait(true));
        Know(JournalHeader.Empty, 0);
    }

    /// <inheritdoc/>
    public async ValueTask<bool> CreateIfNotExistsAsync(IReadOnlyDictionary<string, string>? metadata = null, CancellationToken cancellationToken = default)
    {
        var command = JournalFormat.Change(JournalCommandKind.Create, PropertyChanges.Of(metadata ?? PropertyChanges.None.Set));
        var result = await group.ChangeAsync(key, command, 0, cancellationToken).ConfigureAwait(true);
        if (result.Status != CommandStatus.Ok)
            return false;
        Know(JournalHeader.Empty, result.Version);
        return true;
    }

    /// <inheritdoc/>
    public async ValueTask<IJournalMetadata?> GetMetadataAsync(CancellationToken cancellationToken = default)
    {
        using var snapshot = await group.ReadAsync(_metadata, cancellationToken).ConfigureAwait(true);
        return StoredJournal.Find(key, snapshot)?.ToMetadata();
    }

    /// <inheritdoc/>
    public async ValueTask<IJournalMetadata?> UpdateMetadataAsync(
        IReadOnlyDictionary<string, string>? set = null,
        IEnumerable<string>? remove = null,
        string? expectedETag = null,
        CancellationToken cancellationToken = default)
    {
        string[] removed = [.. remove ?? []];
        if (removed.FirstOrDefault(name => set?.ContainsKey(name) == true) is { } twice)
            throw new ArgumentException($"Property '{twice}' is both to be set and to be removed.", nameof(remove));
        // No journal has an etag that is not one of ours.
        var expected = 0L;
        if (expectedETag is not null && (!long.TryParse(expectedETag, NumberStyles.None, CultureInfo.InvariantCulture, out expected) || expected == 0))
            return null;
        var command = JournalFormat.Change(JournalCommandKind.Update, PropertyChanges.Of(set ?? PropertyChanges.None.Set, removed, expected));
        var result = await group.ChangeAsync(key, command, null, cancellationToken).ConfigureAwait(true);
        return result.Payload.IsEmpty ? null : await GetMetadataAsync(cancellationToken).ConfigureAwait(true);
    }

    private async ValueTask WriteAsync(JournalCommandKind kind, ReadOnlySequence<byte> value, JournalHeader then, CancellationToken cancellationToken)
    {
        var result = await group.ChangeAsync(key, JournalFormat.Write(kind, format, value), _version, cancellationToken).ConfigureAwait(true);
        Check(result);
        Know(then, result.Version);
    }

    private IEnumerable<ReadOnlyMemory<byte>> Segments(IStateSnapshot snapshot, JournalHeader header, CancellationToken cancellationToken)
    {
        foreach (var (_, record) in snapshot.ScanRange(JournalKeys.Segment(key, header.First), JournalKeys.Segment(key, header.End)))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return JournalFormat.ReadSegment(record.Value);
        }
    }

    private void Check(CommandResult result)
    {
        if (result.Status == CommandStatus.VersionMismatch)
        {
            throw new InconsistentStateException(
                $"Journal '{id}' was changed by another activation: it is at version {result.Version}, this activation knows version {_version}. Nothing was written.",
                result.Version.ToString(CultureInfo.InvariantCulture),
                _version.ToString(CultureInfo.InvariantCulture));
        }
    }

    private void Know(JournalHeader header, long version) => (_header, _version) = (header, version);
}
