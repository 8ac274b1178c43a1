using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text;

namespace Orleans.Replication.Journals.Records;

/// <summary>
/// Tells the activations on this silo that a journal has changed on this silo's replica: what makes instances of one journal stay in step without
/// asking. It is told while the command runs; a reader that confirms a read index afterwards finds the change.
/// </summary>
internal sealed class JournalFeed
{
    private readonly ConcurrentDictionary<string, ImmutableList<Action<long>>> _subscribers = new(StringComparer.Ordinal);

    /// <summary>Subscribes to a journal. The handler gets the index of the command, must not block, and must not throw.</summary>
    /// <returns>Ends the subscription when disposed.</returns>
    public IDisposable Subscribe(ReadOnlySpan<byte> journal, Action<long> handler)
    {
        var name = Name(journal);
        _subscribers.AddOrUpdate(name, _ => [handler], (_, handlers) => handlers.Add(handler));
        return new Subscription(this, name, handler);
    }

    /// <summary>A journal has changed.</summary>
    public void Changed(ReadOnlySpan<byte> journal, long index)
    {
        if (_subscribers.IsEmpty || !_subscribers.TryGetValue(Name(journal), out var handlers))
            return;
        foreach (var handler in handlers)
            handler(index);
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
}
