namespace Orleans.Replication.Libp2p.Yamux;

/// <summary>
/// A queue of streams, each in one list at most, linked through the streams themselves: a stream that is reset leaves its place at once, so that
/// no peer can make it grow beyond the streams that live. Guarded by the session's gate.
/// </summary>
internal sealed class StreamList
{
    private YamuxStream? _first;
    private YamuxStream? _last;

    public bool IsEmpty => _first is null;

    public void Add(YamuxStream stream)
    {
        ref var links = ref stream.Links;
        links = new() { List = this, Previous = _last };
        if (_last is null)
            _first = stream;
        else
            _last.Links.Next = stream;
        _last = stream;
    }

    public YamuxStream? Take()
    {
        var stream = _first;
        if (stream is not null)
            Remove(stream);
        return stream;
    }

    public void Remove(YamuxStream stream)
    {
        ref var links = ref stream.Links;
        if (links.Previous is null)
            _first = links.Next;
        else
            links.Previous.Links.Next = links.Next;
        if (links.Next is null)
            _last = links.Previous;
        else
            links.Next.Links.Previous = links.Previous;
        links = default;
    }

    /// <summary>A stream's place in a list.</summary>
    internal struct Place
    {
        public StreamList? List;
        public YamuxStream? Previous;
        public YamuxStream? Next;
    }
}
