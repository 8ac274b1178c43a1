using System.Diagnostics.CodeAnalysis;
using Orleans.EventSourcing;
using Orleans.EventSourcing.Common;
using Orleans.Replication.Journals.Records;
using Orleans.Runtime;
using Orleans.Storage;

namespace Orleans.Replication.Journals.Provider;

/// <summary>
/// One activation's view of its journal. The base class queues what is raised, one read or write at a time; here is how to read and to write. All of
/// it runs on the activation's scheduler.
/// </summary>
/// <typeparam name="TView">The grain's view of the journal.</typeparam>
/// <typeparam name="TEvent">The events' common type.</typeparam>
internal sealed class RaftLogViewAdaptor<TView, TEvent>(
    ILogViewAdaptorHost<TView, TEvent> host,
    TView initialState,
    ILogConsistencyProtocolServices services,
    Journal journal,
    IGrainStorageSerializer serializer,
    int maxCommandBytes) : PrimaryBasedLogViewAdaptor<TView, TEvent, JournalSubmission<TEvent>>(host, initialState, services)
    where TView : class, new()
    where TEvent : class
{
    private readonly IGrainContext? _activation = (host as IGrainBase)?.GrainContext;
    private readonly int _maxEventBytes = maxCommandBytes - journal.Key.Length - JournalFormat.AppendHeaderBytes - JournalFormat.EventHeaderBytes;
    private TView _view = initialState;
    private JournalPosition _position;

    // The index of the last change that this view is known to contain, and of the last one that it was told of.
    private long _seen;
    private long _noticed;
    private bool _busy;

    /// <summary>From now on the activation hears of every change of the journal, until it has ended.</summary>
    public override Task PreOnActivate()
    {
        if (_activation is { } activation)
        {
            var subscription = journal.Watch(index => activation.Scheduler.QueueAction(() => Notice(index)));
            _ = activation.Deactivated.ContinueWith(_ => subscription.Dispose(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }

        return base.PreOnActivate();
    }

    /// <summary>Reads confirmed events.</summary>
    /// <param name="fromVersion">The place of the first.</param>
    /// <param name="toVersion">The place behind the last (the interface's name for it; the base class calls it a length).</param>
    [SuppressMessage("Naming", "CA1725", Justification = "The base class names it 'length', which it is not: see ILogViewRead.")]
    public override async Task<IReadOnlyList<TEvent>> RetrieveLogSegment(int fromVersion, int toVersion)
    {
        var events = await journal.ReadAsync(_position, fromVersion, toVersion).ConfigureAwait(true);
        return [.. events.Select(stored => Deserialize(stored.Bytes))];
    }

    /// <summary>Clears the journal, and discards what is not confirmed.</summary>
    public override async Task ClearLogAsync(CancellationToken cancellationToken)
    {
        try
        {
            await base.ClearLogAsync(cancellationToken).ConfigureAwait(true);
        }
        finally
        {
            // Only now: the base class forgets wishes to refresh that come while it clears.
            EndWork();
        }
    }

    /// <inheritdoc/>
    protected override void InitializeConfirmedView(TView initialstate) => (_view, _position) = (initialstate, default);

    /// <inheritdoc/>
    protected override TView LastConfirmedView() => _view;

    /// <inheritdoc/>
    protected override int GetConfirmedVersion() => (int)_position.Count;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The event is too large.</exception>
    protected override JournalSubmission<TEvent> MakeSubmissionEntry(TEvent entry)
    {
        var bytes = serializer.Serialize(entry).ToMemory();
        return bytes.Length <= _maxEventBytes
            ? new() { Entry = entry, Bytes = bytes }
            : throw new ArgumentException(
                $"The event takes {bytes.Length} bytes; at most {_maxEventBytes} fit. Raise smaller events, or raise RaftReplicationOptions.MaxCommandBytes.",
                nameof(entry));
    }

    /// <inheritdoc/>
    protected override async Task ClearPrimaryLogAsync(CancellationToken cancellationToken)
    {
        _busy = true;
        await journal.ClearAsync(cancellationToken).ConfigureAwait(true);
    }

    /// <inheritdoc/>
    protected override async Task ReadAsync()
    {
        _busy = true;
        try
        {
            await RetryAsync(() => FollowAsync(null)).ConfigureAwait(true);
        }
        finally
        {
            EndWork();
        }
    }

    /// <inheritdoc/>
    protected override async Task<int> WriteAsync()
    {
        _busy = true;
        try
        {
            var written = 0;
            var pending = GetCurrentBatchOfUpdates();
            while (written < pending.Length)
            {
                var batch = TakeBatch(pending.AsSpan(written));
                if (await AppendAsync(batch).ConfigureAwait(true))
                    written += batch.Length;
                else if (written == 0)
                    break;
                else if (IsAnyConditional(pending.AsSpan(written)))
                {
                    // For the base class to judge, in another turn: it takes this one as a success.
                    _ = RefreshAsync();
                    break;
                }
            }

            return written;
        }
        finally
        {
            EndWork();
        }
    }

    private static bool IsAnyConditional(ReadOnlySpan<JournalSubmission<TEvent>> pending)
    {
        foreach (var submission in pending)
        {
            if (submission.ConditionalPosition >= 0)
                return true;
        }

        return false;
    }

    /// <summary>As many events as fit into a command.</summary>
    private JournalSubmission<TEvent>[] TakeBatch(ReadOnlySpan<JournalSubmission<TEvent>> pending)
    {
        var (count, room) = (0, _maxEventBytes + JournalFormat.EventHeaderBytes);
        while (count < pending.Length && pending[count].Bytes.Length + JournalFormat.EventHeaderBytes <= room)
            room -= pending[count++].Bytes.Length + JournalFormat.EventHeaderBytes;
        return pending[..count].ToArray();
    }

    /// <summary>Appends at the position of this view; false when the journal is elsewhere, which this view then is as well.</summary>
    private Task<bool> AppendAsync(JournalSubmission<TEvent>[] batch)
    {
        // One name and one position for all attempts: of those, at most one can succeed. The position moves only in an attempt that settles it.
        var id = Guid.NewGuid();
        ReadOnlyMemory<byte>[] events = [.. batch.Select(submission => submission.Bytes)];
        return RetryAsync(async () =>
        {
            if (await journal.AppendAsync(_position, id, events).ConfigureAwait(true) is not { } next)
                return await FollowAsync(id).ConfigureAwait(true);
            foreach (var submission in batch)
                UpdateView(submission.Entry!);
            _position = next;
            _seen = Math.Max(_seen, next.Version);
            return true;
        });
    }

    /// <summary>Brings this view to where the journal is.</summary>
    /// <returns>True when the first event that was missing is of <paramref name="batch"/>: an earlier attempt, whose answer was lost, has appended it.</returns>
    private async Task<bool> FollowAsync(Guid? batch)
    {
        var noticed = _noticed;
        using var reading = await journal.OpenAsync(_position).ConfigureAwait(true);
        if (reading.Restarted)
        {
            InitializeConfirmedView(InitialState);
            // The base class goes by the version, which may come out the same: it has to forget what it built on the old journal.
            _ = CopyTentativeState();
        }

        bool? own = null;
        foreach (var stored in reading.Events)
        {
            own ??= !reading.Restarted && batch is not null && stored.Batch == batch;
            UpdateView(Deserialize(stored.Bytes));
            // With the old version, which no append can meet: should a later event be unreadable, this view must not count as complete.
            _position = new(reading.Position.Incarnation, _position.Count + 1, _position.Version);
        }

        _position = reading.Position;
        _seen = Math.Max(Math.Max(_seen, noticed), reading.Position.Version);
        return own ?? false;
    }

    /// <summary>Tries until the group can be asked, as the base class demands, or the activation has ended.</summary>
    private async Task<T> RetryAsync<T>(Func<Task<T>> attempt)
    {
        while (true)
        {
            try
            {
                var result = await attempt().ConfigureAwait(true);
                LastPrimaryIssue.Resolve(Host, Services);
                return result;
            }
            catch (ReplicationException error) when (
                error is ReplicationUnavailableException or ReplicationOutcomeUnknownException && _activation?.Deactivated.IsCompleted != true)
            {
                LastPrimaryIssue.Record(new JournalUnavailable { Exception = error }, Host, Services);
            }

            await LastPrimaryIssue.DelayBeforeRetry().ConfigureAwait(true);
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "The view is the application's code. It fails alike on every instance; the journal goes on.")]
    private void UpdateView(TEvent entry)
    {
        try
        {
            Host.UpdateView(_view, entry);
        }
        catch (Exception error)
        {
            Services.CaughtUserCodeException("UpdateView", nameof(UpdateView), error);
        }
    }

    private TEvent Deserialize(ReadOnlyMemory<byte> bytes) => serializer.Deserialize<TEvent>(new BinaryData(bytes))
        ?? throw new InvalidDataException($"An event in the journal of grain {Services.GrainId} is null.");

    private void Notice(long index)
    {
        _noticed = Math.Max(_noticed, index);
        RefreshIfBehind();
    }

    private void EndWork()
    {
        _busy = false;
        RefreshIfBehind();
    }

    // What this activation writes itself it is told of as well; it only counts when the write that is under way does not account for it.
    private void RefreshIfBehind()
    {
        if (!_busy && _noticed > _seen)
            _ = RefreshAsync();
    }

    [SuppressMessage("Design", "CA1031", Justification = "Nobody awaits it. The next notice, or the next call that synchronizes, tries again.")]
    private async Task RefreshAsync()
    {
        try
        {
            await Synchronize().ConfigureAwait(true);
        }
        catch (Exception error)
        {
            Services.CaughtException(nameof(RefreshAsync), error);
        }
    }
}
