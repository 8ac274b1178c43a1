using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text;

namespace Orleans.Replication.Journals.Records;

/// <summary>
/// Tells the activations on this silo that a journal of a group has changed: what makes instances of one journal stay in step without asking. It is told while a replica runs the command; a
/// reader that confirms a read index afterwards finds the change.
/// </summary>
internal sealed class JournalFeed
{
    private readonly ConcurrentDictionary<string, ImmutableList<Action<long>>> _subscribers = new(StringComparer.Ordinal);
    private ImmutableList<ChangedJournals> _collectors = [];

    /// <summary>Subscribes to a journal. The handler gets the index of the command, must not block, and must not throw.</summary>
    /// <returns>Ends the subscription when disposed.</returns>
    public IDisposable Subscribe(ReadOnlySpan<byte> journal, Action<long> handler)
    {
        var name = Name(journal);
        _subscribers.AddOrUpdate(name, _ => [handler], (_, handlers) => handlers.Add(handler));
        return new Subscription(this, name, handler);
    }

    /// <summary>Has the changes of all journals collected.</summary>
    /// <returns>Ends that when disposed.</returns>
    public IDisposable Collect(ChangedJournals into)
    {
        ImmutableInterlocked.Update(ref _collectors, static (all, added) => all.Add(added), into);
        return new Collection(this, into);
    }

    /// <summary>A journal has changed.</summary>
    public void Changed(ReadOnlySpan<byte> journal, long index)
    {
        foreach (var collector in _collectors)
            collector.Add(journal, index);
        if (_subscribers.IsEmpty || !_subscribers.TryGetValue(Name(journal), out var handlers))
            return;
        foreach (var handler in handlers)
            handler(index);
    }

    /// <summary>Any journal may have changed, by a command up to this one.</summary>
    public void AnyChanged(long index)
    {
        foreach (var collector in _collectors)
            collector.AddAny(index);
        foreach (var (_, handlers) in _subscribers)
        {
            foreach (var handler in handlers)
                handler(index);
        }
    }

    // Any bytes are a string of Latin-1, and different ones are different strings.
    private static string Name(ReadOnlySpan<byte> journal) => Encoding.Latin1.GetString(journal);

    private void Remove(string name, Action<long> handler)
    {
        while (_subscribers.TryGetValue(name, out var handlers))
        {
            var rest = handlers.Remove(handler);
            var removed = rest.IsEmpty
                ? _subscribers.TryRemove(KeyValuePair.Create(name, handlers))
                : _subscribers.TryUpdate(name, rest, handlers);
            if (removed)
                return;
        }
    }

    private sealed class Subscription(JournalFeed feed, string name, Action<long> handler) : IDisposable
    {
        private int _disposed;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _disposed, 1) == 0)
                feed.Remove(name, handler);
        }
    }

    private sealed class Collection(JournalFeed feed, ChangedJournals into) : IDisposable
    {
        public void Dispose() => ImmutableInterlocked.Update(ref feed._collectors, static (all, ended) => all.Remove(ended), into);
    }
}
