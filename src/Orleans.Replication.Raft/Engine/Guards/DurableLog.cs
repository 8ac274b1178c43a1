using System.Diagnostics;
using DotNext.IO.Log;
using DotNext.Net.Cluster.Consensus.Raft;
using DotNext.Net.Cluster.Consensus.Raft.StateMachine;
using Orleans.Replication.Raft.Log;
using Orleans.Replication.Raft.Membership;
using Orleans.Replication.Raft.Storage;

namespace Orleans.Replication.Raft.Engine.Guards;

/// <summary>
/// DotNext's write-ahead log with the guards it needs. It restates the interfaces through which the engine calls it, so that every append and
/// commit passes here.
/// <list type="bullet">
/// <item>SAFETY S1: an append of a follower ends when its entries are flushed, not before.</item>
/// <item>SAFETY S2: an entry at or below the commit index whose term differs is no repetition but damage.</item>
/// <item>SAFETY S3: a leader's commit index is not what the engine says alone; what a leader has told a follower goes another way.</item>
/// <item>SAFETY S6: who sends entries to a member gets copies, a message full of them, and holds no lock of the log while it waits for the answer.</item>
/// <item>SAFETY S12: only the append path of a follower flushes, and nobody commits meanwhile.</item>
/// <item>SAFETY S14: entries that are already here are kept; the log is cut only at a conflict.</item>
/// <item>A leader that was deposed between reading its term and appending does not put an entry of an old term behind newer ones: the
/// follower's vote would be judged by that entry's term, and a candidate without committed entries could win.</item>
/// <item>A command enters the log in the term that this member was elected in, and in no other (Raft §5.3: a leader creates at most one entry of an index in
/// its term). The engine raises its term, and writes it to the disk, before it notes that it leads no longer: what it says in between of both is no term
/// that this member leads, and an entry of it would be taken for the next leader's.</item>
/// <item>A configuration of the group counts from the moment its entry is here, and no longer than that (Raft thesis §4.1).</item>
/// <item>Who was elected by the members that its engine knew, but not by those in this log, begins no term.</item>
/// </list>
/// </summary>
internal sealed class DurableLog(WriteAheadLog.Options options, IStateMachine stateMachine, ConfigurationFormat format, ConfigurationHistory configurations)
    : WriteAheadLog(options, stateMachine), IAuditTrail<IRaftLogEntry>, IAuditTrail
{
    private readonly SemaphoreSlim _appending = new(1, 1);
    private readonly IStateMachine _stateMachine = stateMachine;
    private Action? _begun;
    private bool _initialized;
    private LoggedConfiguration? _arriving;

    /// <summary>The term of the last entry. Never decreases from one entry to the next.</summary>
    private long _lastTerm;

    /// <summary>The last term that this member has begun as its leader; 0 for none since the start.</summary>
    private long _ledTerm;

    /// <summary>True while entries may be in memory only. An acknowledgement waits for it, also that of a heartbeat after an append that failed.</summary>
    private bool _unflushed;

    /// <summary>Called after the commit index has moved.</summary>
    public Action? Committed { get; set; }

    /// <summary>How far a leader may commit of what the engine thinks it may (SAFETY S3); at most that. Asked before each commit of a leader.</summary>
    public Func<long, CancellationToken, ValueTask<long>>? LimitCommit { get; set; }

    /// <summary>Hears how long the log took to reach the disk: of the time stamp at which that began.</summary>
    public Action<long>? Flushed { get; set; }

    /// <summary>How many bytes of entries, and how many entries, are read for a member at a time.</summary>
    public (int Bytes, int Entries) ReadLimit { get; init; } = (1 << 20, 1024);

    /// <summary>Called when a member was sent entries and there were more of them: the next round should not wait.</summary>
    public Action? MoreToRead { get; set; }
    /// <summary>Says whether this member was elected in a term by a majority of a configuration. Asked before the first entry of a term is put here as its leader.</summary>
    public Func<long, GroupConfiguration, bool>? IsElected { get; set; }

    /// <summary>The configuration that counts.</summary>
    public LoggedConfiguration Configuration => configurations.Current;

    /// <summary>The last configuration that is committed.</summary>
    public LoggedConfiguration CommittedConfiguration => configurations.At(LastCommittedEntryIndex);

    /// <summary>Called once, before the first acknowledgement of what this log holds.</summary>
    public Action? Begun { set => _begun = value; }

    /// <summary>The vote that this member has given last.</summary>
    public VoteGuard? Vote { get; init; }

    /// <summary>How far this member has answered for what is here; null where nobody is answered.</summary>
    public FlushGuard? FlushGuard { get; init; }

    /// <summary>Hears that the log has failed: a write or a flush that is not tried again (SAFETY 9), or an entry that contradicts a committed one.</summary>
    public Action<Exception>? Failed { get; set; }

    /// <summary>Up to which entry the state contains the log: it cannot have come further than the log goes.</summary>
    public long StateIndex { get; set; }

    /// <inheritdoc/>
    /// <exception cref="DamagedLogException">What can be read does not fit together.</exception>
    public override async Task InitializeAsync(CancellationToken token = default)
    {
        if (_initialized)
            return;
        _initialized = true;
        await base.InitializeAsync(token).ConfigureAwait(false);
        _lastTerm = await GetTermAsync(LastEntryIndex, token).ConfigureAwait(false);
        if (LastEntryIndex < StateIndex)
            throw new DamagedLogException($"it ends at entry {LastEntryIndex}, and the state has come to entry {StateIndex}");
        if (((IPersistentState)this).Term is var term && term < _lastTerm)
            throw new DamagedLogException($"its last entry is of term {_lastTerm}, and the vote on disk of term {term}");
        Vote?.RequireIn(this);
        await ReadConfigurationsAsync(token).ConfigureAwait(false);
        FlushGuard?.Record(LastEntryIndex, LastCommittedEntryIndex);
    }

    /// <summary>
    /// Begins the next term as its leader, before the engine is started as the only voter of its group: as after any election, with the vote on disk first, so that no two entries
    /// of one index and term ever exist.
    /// </summary>
    public async ValueTask BeginTermAloneAsync(DotNext.Net.Cluster.ClusterMemberId self, CancellationToken token)
    {
        var term = await ((IPersistentState)this).IncrementTermAsync(self, token).ConfigureAwait(false);
        await AppendAsync(new ReceivedEntry(term, default), token).ConfigureAwait(false);
        (_lastTerm, _ledTerm) = (term, term);
    }

    /// <summary>Tells what the snapshot that is about to be installed says of the group's members; null when it says nothing.</summary>
    public void Expect(LoggedConfiguration? arriving) => _arriving = arriving;

    /// <summary>Puts a configuration into the leader's log, where it counts at once.</summary>
    /// <exception cref="NotLeaderException">Another leader's entries are here.</exception>
    /// <exception cref="MembershipChangeException">An earlier change, or the leader's own term, has no committed entry yet.</exception>
    public async ValueTask<long> AppendConfigurationAsync(long term, GroupConfiguration configuration, LoggedConfiguration instead, CancellationToken token)
    {
        await _appending.WaitAsync(token).ConfigureAwait(false);
        try
        {
            if (_lastTerm != term || _ledTerm != term)
                throw new NotLeaderException();
            if (configurations.Current != instead || instead.Index > LastCommittedEntryIndex)
                throw new MembershipChangeException(MembershipChangeRefusal.ChangePending, $"The configuration of entry {configurations.Current.Index} is not committed yet.");
            if (await GetTermAsync(LastCommittedEntryIndex, token).ConfigureAwait(false) != term)
                throw new MembershipChangeException(MembershipChangeRefusal.ChangePending, $"The leader of term {term} has not committed an entry of its term yet.");
            var entry = new ReceivedEntry(term, format.Encode(configuration));

            // It counts before it is there: nobody may judge by the old one that it is committed.
            var index = LastEntryIndex + 1;
            configurations.Append(index, configuration);
            try
            {
                if (await AppendAsync(entry, CancellationToken.None).ConfigureAwait(false) != index)
                    throw new InvalidOperationException($"Entry {index} was to be written, and another was.");
                return index;
            }
            catch
            {
                configurations.TruncateFrom(index);
                throw;
            }
        }
        finally
        {
            _appending.Release();
        }
    }

    /// <summary>The term of an entry; that of the snapshot for an entry that the snapshot contains, 0 for index 0.</summary>
    public ValueTask<long> GetTermAsync(long index, CancellationToken token) =>
        index == 0 ? new(0L) : ReadAsync(TermReader.Instance, index, index, token);

    async ValueTask IAuditTrail<IRaftLogEntry>.AppendAsync<TEntry>(
        ILogEntryProducer<TEntry> entries, long startIndex, bool skipCommitted, CancellationToken token)
    {
        await _appending.WaitAsync(token).ConfigureAwait(false);
        try
        {
            var fresh = new List<TEntry>();
            var first = await SkipKnownAsync(entries, startIndex, fresh, token).ConfigureAwait(false);
            if (fresh.Count > 0)
            {
                _unflushed = true;
                configurations.TruncateFrom(first);
                FlushGuard?.Lower(first - 1);
                await AppendAsync(new EntryList<TEntry>(fresh), first, skipCommitted: false, CancellationToken.None).ConfigureAwait(false);
                _lastTerm = fresh[^1].Term;
                ReadConfigurations(fresh, first);
            }

            if (_unflushed)
            {
                var began = Stopwatch.GetTimestamp();
                await FlushAsync(token).ConfigureAwait(false);
                Flushed?.Invoke(began);
                _unflushed = false;
                Begin();
                FlushGuard?.Record(LastEntryIndex, LastCommittedEntryIndex);
            }
        }
        catch (Exception e) when (Report(e))
        {
            throw;
        }
        finally
        {
            _appending.Release();
        }
    }

    async ValueTask<TResult> IAuditTrail<IRaftLogEntry>.ReadAsync<TResult>(
        ILogEntryConsumer<IRaftLogEntry, TResult> reader, long startIndex, long endIndex, CancellationToken token)
    {
        if (startIndex > endIndex || reader.LogEntryMetadataOnly)
            return await ReadAsync(reader, startIndex, endIndex, token).ConfigureAwait(false);
        var copied = await ReadAsync(new CopiedEntries.Copier(ReadLimit.Bytes, ReadLimit.Entries), startIndex, endIndex, token).ConfigureAwait(false);
        var result = await reader.ReadAsync<CopiedEntries.Entry, IReadOnlyList<CopiedEntries.Entry>>(copied.Entries, copied.SnapshotIndex, token).ConfigureAwait(false);
        if (copied.SnapshotIndex is null && startIndex + copied.Entries.Count <= endIndex)
            MoreToRead?.Invoke();
        return result;
    }

    async ValueTask<long> IAuditTrail<IRaftLogEntry>.AppendAsync<TEntry>(TEntry entry, CancellationToken token)
    {
        await _appending.WaitAsync(token).ConfigureAwait(false);
        try
        {
            if (entry.Term < _lastTerm
                || (typeof(TEntry) == typeof(ReceivedEntry) ? entry.Term != _ledTerm : entry.Term > _lastTerm && IsElected?.Invoke(entry.Term, Configuration.Configuration) == false))
            {
                throw new NotLeaderException();
            }

            var index = await AppendAsync(entry, token).ConfigureAwait(false);
            _lastTerm = entry.Term;

            // The engine itself writes a single entry only when it has been elected: the first of the term.
            if (typeof(TEntry) != typeof(ReceivedEntry))
                _ledTerm = entry.Term;
            return index;
        }
        catch (Exception e) when (Report(e))
        {
            throw;
        }
        finally
        {
            _appending.Release();
        }
    }

    async ValueTask IAuditTrail<IRaftLogEntry>.AppendAsync<TEntry>(TEntry entry, long startIndex, CancellationToken token)
    {
        await _appending.WaitAsync(token).ConfigureAwait(false);
        try
        {
            await AppendAsync(entry, startIndex, token).ConfigureAwait(false);
            _lastTerm = await GetTermAsync(LastEntryIndex, token).ConfigureAwait(false);
            configurations.Install(startIndex, Interlocked.Exchange(ref _arriving, null));
            configurations.TruncateFrom(LastEntryIndex + 1);
        }
        catch (Exception e) when (Report(e))
        {
            throw;
        }
        finally
        {
            _appending.Release();
        }
    }

    /// <summary>The leader's commit. A follower that the engine serves is told of no commit at this place: <see cref="CommitKnownAsync"/>.</summary>
    async ValueTask<long> IAuditTrail.CommitAsync(long endIndex, CancellationToken token)
    {
        if (endIndex <= LastCommittedEntryIndex)
            return 0;
        if (LimitCommit is { } limit)
            endIndex = await limit(endIndex, token).ConfigureAwait(false);
        if (endIndex <= LastCommittedEntryIndex)
            return 0;
        return await CommitAloneAsync(endIndex, token).ConfigureAwait(false);
    }

    /// <summary>Commits what the leader has said to be committed, of the entries that this follower has in common with it.</summary>
    public async ValueTask CommitKnownAsync(long endIndex, CancellationToken token)
    {
        if (endIndex > LastCommittedEntryIndex)
            await CommitAloneAsync(endIndex, token).ConfigureAwait(false);
    }

    /// <summary>
    /// A follower's last commit may still wait for its flush when the member leads already: no two commits, and no commit and flush, at a time (SAFETY S12).
    /// </summary>
    private async ValueTask<long> CommitAloneAsync(long endIndex, CancellationToken token)
    {
        var count = 0L;
        await _appending.WaitAsync(token).ConfigureAwait(false);
        try
        {
            if (_begun is not null)
            {
                await FlushAsync(token).ConfigureAwait(false);
                Begin();
            }

            if (endIndex > LastCommittedEntryIndex)
            {
                var began = Stopwatch.GetTimestamp();
                count = await CommitAsync(endIndex, token).ConfigureAwait(false);
                Flushed?.Invoke(began);
                FlushGuard?.Record(endIndex, LastCommittedEntryIndex);
            }
        }
        catch (Exception e) when (Report(e))
        {
            throw;
        }
        finally
        {
            _appending.Release();
        }

        if (count > 0)
            Committed?.Invoke();
        return count;
    }

    /// <summary>Reads entries as they are here from an index on, in copies, up to a number of bytes.</summary>
    /// <returns>The entries; null when the first of them is in the snapshot.</returns>
    public ValueTask<IReadOnlyList<ReceivedEntry>?> ReadAsync(long first, long last, int maxBytes, CancellationToken token) =>
        ReadAsync(new EntryReader(maxBytes), first, last, token);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _appending.Dispose();
        base.Dispose(disposing);
    }

    /// <summary>Tells of an exception that is a failure of the log.</summary>
    private bool Report(Exception exception)
    {
        if (exception is not (OperationCanceledException or NotLeaderException or ObjectDisposedException or ArgumentException))
            Failed?.Invoke(exception);
        return false;
    }

    private async ValueTask ReadConfigurationsAsync(CancellationToken token)
    {
        const int EntriesAtATime = 1024;
        var first = Math.Max(configurations.Current.Index, Math.Max(StateIndex, _stateMachine.Snapshot?.Index ?? 0)) + 1;
        while (first <= LastEntryIndex)
        {
            var entries = await ReadAsync(first, Math.Min(LastEntryIndex, first + EntriesAtATime - 1), int.MaxValue, token).ConfigureAwait(false)
                ?? throw new DamagedLogException($"entry {first} is missing");
            ReadConfigurations(entries, first);
            first += entries.Count;
        }
    }

    private void ReadConfigurations<TEntry>(IReadOnlyList<TEntry> entries, long first)
        where TEntry : IRaftLogEntry
    {
        for (var i = 0; i < entries.Count; i++)
        {
            if (entries[i].TryGetMemory(out var payload) && ConfigurationFormat.IsConfiguration(payload.Span))
            {
                configurations.Forget(LastCommittedEntryIndex);
                configurations.Append(first + i, format.Decode(payload));
            }
        }
    }

    private void Begin() => Interlocked.Exchange(ref _begun, null)?.Invoke();

    /// <summary>Passes over the entries that the log holds already, and collects the others.</summary>
    /// <returns>The index of the first one collected.</returns>
    private async ValueTask<long> SkipKnownAsync<TEntry>(
        ILogEntryProducer<TEntry> entries, long startIndex, List<TEntry> fresh, CancellationToken token)
        where TEntry : IRaftLogEntry
    {
        var first = startIndex;
        while (await entries.MoveNextAsync().ConfigureAwait(false))
        {
            var entry = entries.Current;
            if (fresh.Count == 0 && await ContainsAsync(first, entry.Term, token).ConfigureAwait(false))
                first++;
            else
                fresh.Add(entry);
        }

        return first;
    }

    private async ValueTask<bool> ContainsAsync(long index, long term, CancellationToken token)
    {
        if (index > LastEntryIndex)
            return false;
        if (index <= (_stateMachine.Snapshot?.Index ?? 0))
            return true;
        var held = await GetTermAsync(index, token).ConfigureAwait(false);
        if (held == term)
            return true;
        return index > LastCommittedEntryIndex
            ? false
            : throw new DivergedLogException(
                $"Entry {index} is committed here with term {held}; the leader has it with term {term}. This replica's log is damaged (SAFETY S2).");
    }

    private sealed class EntryReader(int maxBytes) : ILogEntryConsumer<IRaftLogEntry, IReadOnlyList<ReceivedEntry>?>
    {
        async ValueTask<IReadOnlyList<ReceivedEntry>?> ILogEntryConsumer<IRaftLogEntry, IReadOnlyList<ReceivedEntry>?>.ReadAsync<TEntry, TList>(
            TList entries, long? snapshotIndex, CancellationToken token)
        {
            if (snapshotIndex is not null)
                return null;
            var copies = new List<ReceivedEntry>(entries.Count);
            var bytes = 0;
            for (var i = 0; i < entries.Count && (i == 0 || bytes < maxBytes); i++)
            {
                var payload = entries[i].TryGetMemory(out var memory)
                    ? memory.ToArray()
                    : await DotNext.IO.DataTransferObject.ToByteArrayAsync(entries[i], token: token).ConfigureAwait(false);
                bytes += payload.Length;
                copies.Add(new ReceivedEntry(entries[i].Term, payload));
            }

            return copies;
        }
    }

    private sealed class TermReader : ILogEntryConsumer<IRaftLogEntry, long>
    {
        public static readonly TermReader Instance = new();

        bool ILogEntryConsumer<IRaftLogEntry, long>.LogEntryMetadataOnly => true;

        ValueTask<long> ILogEntryConsumer<IRaftLogEntry, long>.ReadAsync<TEntry, TList>(TList entries, long? snapshotIndex, CancellationToken token) =>
            new(entries[0].Term);
    }
}
