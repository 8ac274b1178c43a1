using System.Buffers;
using Orleans.Replication.Keys;
using Orleans.Replication.Raft;

namespace Orleans.Replication.States.History;

/// <summary>
/// The last changes of a group's states as this replica has applied them, in memory. It is no part of the replicated state: what it does not have, because it was
/// before a start or beyond the limits, it says (<see cref="HistoryView.Floor"/>).
/// </summary>
/// <remarks>
/// The thread that applies adds. What it added can be seen once it is published, which is when the states themselves can be read: nobody hears of a change
/// and then reads an older state. Reading is for any thread.
/// </remarks>
internal sealed class StateHistory
{
    /// <summary>The changes that are kept, unless said otherwise.</summary>
    public const int DefaultMaxChanges = 10_000;

    /// <summary>The bytes of states that are kept, unless said otherwise. The last change is kept whatever its size.</summary>
    public const long DefaultMaxBytes = 64 << 20;

    /// <summary>How many changes are given at once; a few more when some have the same version.</summary>
    public const int MaxChangesInView = 256;

    private readonly int _maxChanges;
    private readonly long _maxBytes;
    private readonly Lock _gate = new();
    private readonly ChangeList _all = new();
    private readonly Dictionary<byte[], ChangeList> _byState = new(KeyComparer.Instance);
    private readonly Dictionary<byte[], ChangeList>.AlternateLookup<ReadOnlySpan<byte>> _bySpan;
    private long _keptBytes;
    private long _floor = long.MaxValue;
    private long _published;

    public StateHistory(int maxChanges = DefaultMaxChanges, long maxBytes = DefaultMaxBytes)
    {
        _maxChanges = maxChanges;
        _maxBytes = maxBytes;
        _bySpan = _byState.GetAlternateLookup<ReadOnlySpan<byte>>();
    }

    /// <summary>Up to here, states and changes can be read.</summary>
    public long Published
    {
        get
        {
            lock (_gate)
                return _published;
        }
    }

    /// <summary>
    /// Reads a state as its last change has left it, which need not be published yet. In memory, and nothing of it is copied, when the change is kept.
    /// </summary>
    /// <param name="key">The state.</param>
    /// <param name="states">Where it is looked up else.</param>
    /// <param name="record">Its record; empty when it does not exist.</param>
    /// <param name="version">Its version; 0 when it does not exist.</param>
    /// <returns>False when it does not exist.</returns>
    public bool TryGetCurrent(ReadOnlySpan<byte> key, IStateReader states, out ReadOnlySequence<byte> record, out long version)
    {
        if (!TryGetLast(key, out var last))
        {
            var exists = states.TryGet(key, out var found);
            (record, version) = (exists ? found.Pieces : default, found.Version);
            return exists;
        }

        (record, version) = last.Kind == StateChangeKind.Written ? (last.State, last.Version) : (default, 0);
        return version > 0;
    }

    /// <summary>Adds a change, which nobody sees yet. Called by the thread that applies.</summary>
    public void Add(ReadOnlySpan<byte> key, in RecordedChange change)
    {
        lock (_gate)
        {
            if (!_bySpan.TryGetValue(key, out var kept, out var changes))
                _byState.Add(kept = key.ToArray(), changes = new());
            var added = change with { Key = kept };
            changes.Add(added);
            _all.Add(added);
            _keptBytes += change.State.Length;
        }
    }

    /// <summary>Everything up to a version can be read now. Called by the thread that applies.</summary>
    public void Publish(long version)
    {
        lock (_gate)
        {
            // The first word after a start: what was before it is not known.
            _floor = Math.Min(_floor, version);
            _published = version;
            while (_all.Count > 1 && (_all.Count > _maxChanges || _keptBytes > _maxBytes))
                DropOldest();
        }
    }

    /// <summary>The states were replaced as a whole: how they came to be is not known.</summary>
    public void Reset()
    {
        lock (_gate)
        {
            _all.Clear();
            _byState.Clear();
            _keptBytes = 0;
            _floor = long.MaxValue;
        }
    }

    /// <summary>What is kept of one state after a version, the oldest first.</summary>
    public HistoryView Read(ReadOnlySpan<byte> key, long after)
    {
        lock (_gate)
        {
            return new HistoryView(
                _bySpan.TryGetValue(key, out var changes) ? changes.Between(after, _published, MaxChangesInView) : [], _floor, _published);
        }
    }

    /// <summary>What is kept of all states after a version, the oldest first.</summary>
    public HistoryView ReadAll(long after)
    {
        lock (_gate)
        {
            return new HistoryView(_all.Between(after, _published, MaxChangesInView), _floor, _published);
        }
    }

    /// <summary>What is kept of one state around a version.</summary>
    public PastView ReadAround(ReadOnlySpan<byte> key, long version)
    {
        lock (_gate)
        {
            var (last, next) = _bySpan.TryGetValue(key, out var changes) ? changes.Around(version) : default;
            return new PastView(last, next, _floor, _published);
        }
    }

    private bool TryGetLast(ReadOnlySpan<byte> key, out RecordedChange last)
    {
        lock (_gate)
        {
            var found = _bySpan.TryGetValue(key, out var changes);
            last = found ? changes!.Last : default;
            return found;
        }
    }

    private void DropOldest()
    {
        var oldest = _all.RemoveFirst();
        _bySpan.TryGetValue(oldest.Key.Span, out var key, out var changes);
        changes!.RemoveFirst();
        if (changes.IsEmpty)
            _byState.Remove(key!);
        _keptBytes -= oldest.State.Length;
        _floor = Math.Max(_floor, oldest.Version);
    }
}
