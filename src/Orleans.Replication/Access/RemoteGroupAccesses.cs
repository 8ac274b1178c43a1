using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Orleans.Replication.Groups;

namespace Orleans.Replication.Access;

/// <summary>The groups of a silo that holds no replica. Which of them there are, it cannot know: the silos that are asked say it.</summary>
internal sealed class RemoteGroupAccesses(AccessClient access, TimeProvider time, ILogger<RemoteJournals> logger) : IGroupAccesses, IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, Lazy<(RemoteGroupAccess Group, RemoteJournals Journals)>> _known = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public IGroupAccess Get(string group) => _known.GetOrAdd(group, name => new(() =>
    {
        var journals = new RemoteJournals(access, name, time, logger);
        return (new RemoteGroupAccess(access, name, journals, time), journals);
    })).Value.Group;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var known in _known.Values)
        {
            if (known.IsValueCreated)
                await known.Value.Journals.DisposeAsync().ConfigureAwait(false);
        }
    }
}
