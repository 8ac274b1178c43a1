namespace Orleans.Replication.States.History;

/// <summary>The changes of one state, in the order of their versions: they come at the end, and go at the beginning.</summary>
internal sealed class ChangeList
{
    private readonly List<RecordedChange> _items = [];
    private int _first;

    public bool IsEmpty => _first == _items.Count;

    public RecordedChange Last => _items[^1];

    public void Add(in RecordedChange change) => _items.Add(change);

    public RecordedChange RemoveFirst()
    {
        var removed = _items[_first];
        _items[_first++] = default;

        // Moving the rest to the front costs as much as it has items: once for as many removals.
        if (_first > _items.Count / 2)
        {
            _items.RemoveRange(0, _first);
            _first = 0;
        }

        return removed;
    }

    /// <summary>The changes after one version and up to another, at most so many.</summary>
    public RecordedChange[] Between(long after, long upTo, int max)
    {
        var from = FirstAfter(after);
        var count = Math.Min(FirstAfter(upTo) - from, max);
        return count <= 0 ? [] : [.. _items.GetRange(from, count)];
    }

    /// <summary>The last change up to a version, and the first one after it.</summary>
    public (RecordedChange? Last, RecordedChange? Next) Around(long version)
    {
        var next = FirstAfter(version);
        return (next > _first ? _items[next - 1] : null, next < _items.Count ? _items[next] : null);
    }

    private int FirstAfter(long version)
    {
        var (low, high) = (_first, _items.Count);
        while (low < high)
        {
            var middle = low + ((high - low) / 2);
            if (_items[middle].Version > version)
                high = middle;
            else
                low = middle + 1;
        }

        return low;
    }
}
