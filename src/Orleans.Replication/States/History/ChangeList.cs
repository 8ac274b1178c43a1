namespace Orleans.Replication.States.History;

/// <summary>Changes in the order of their versions, of one state or of all: they come at the end, and go at the beginning.</summary>
internal sealed class ChangeList
{
    private readonly List<RecordedChange> _items = [];
    private int _first;

    public int Count => _items.Count - _first;

    public bool IsEmpty => Count == 0;

    public RecordedChange Last => _items[^1];

    public void Add(in RecordedChange change) => _items.Add(change);

    public void Clear()
    {
        _items.Clear();
        _first = 0;
    }

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

    /// <summary>The changes after one version and up to another: at most so many, and what else has the version of the last of them.</summary>
    public RecordedChange[] Between(long after, long upTo, int max)
    {
        var from = FirstAfter(after);
        var count = Math.Min(FirstAfter(upTo) - from, max);
        if (count <= 0)
            return [];
        return [.. _items.GetRange(from, FirstAfter(_items[from + count - 1].Version) - from)];
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
