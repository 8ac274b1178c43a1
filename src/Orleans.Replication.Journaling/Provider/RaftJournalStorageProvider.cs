using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Journaling;
using Orleans.Replication.Groups;
using Orleans.Replication.Journaling.Records;

namespace Orleans.Replication.Journaling.Provider;

/// <summary>The journals of a provider's name in a Raft group, and the list of them.</summary>
internal sealed class RaftJournalStorageProvider(string name, string format, RaftJournalStorageOptions options, JournalGroup group)
    : IJournalStorageProvider, IJournalStorageCatalog
{
    /// <summary>Makes the provider of a name.</summary>
    public static RaftJournalStorageProvider Create(IServiceProvider services, string name)
    {
        var options = services.GetRequiredService<IOptionsMonitor<RaftJournalStorageOptions>>().Get(name);
        return new(
            name,
            services.GetRequiredService<IOptions<JournaledStateManagerOptions>>().Value.JournalFormatKey,
            options,
            new(() => services.GetRequiredService<IGroupAccesses>().Get(options.Group)));
    }

    /// <inheritdoc/>
    public IJournalStorage CreateStorage(JournalId journalId) => journalId.IsDefault
        ? throw new ArgumentException("The journal's id is the default, which is none.", nameof(journalId))
        : new RaftJournalStorage(journalId, JournalKeys.Header(name, journalId.Value), format, options.CompactionThresholdBytes, group);

    /// <summary>Lists what was there when the listing began, in the order of the ids' bytes. Reads headers only.</summary>
    public async IAsyncEnumerable<JournalCatalogEntry> ListAsync(
        JournalCatalogListOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var (prefix, min, max) = (options?.Prefix.Value ?? string.Empty, options?.MinId.Value, options?.MaxId.Value);
        var withMetadata = options?.IncludeMetadata == true;
        var headers = JournalKeys.Header(name, prefix);
        var ranges = withMetadata ? new[] { RecordRange.Prefix(headers), RecordRange.Prefix(JournalKeys.Properties(headers)) } : [RecordRange.Prefix(headers)];
        using var snapshot = await group.ReadAsync(ranges, cancellationToken).ConfigureAwait(false);
        foreach (var (key, _) in snapshot.Scan(headers))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var id = JournalKeys.Journal(key.Span);
            if ((min is null || string.CompareOrdinal(id, min) >= 0) && (max is null || string.CompareOrdinal(id, max) <= 0))
                yield return new(new(id), withMetadata ? StoredJournal.Find(key.Span, snapshot)?.ToMetadata() : null);
        }
    }
}
