using Microsoft.Extensions.DependencyInjection;
using Orleans.Journaling;

namespace Orleans.Replication.Journaling.Tests.Grains;

/// <inheritdoc/>
public sealed class NotebookGrain(
    [FromKeyedServices("entries")] IDurableDictionary<string, string> entries,
    [FromKeyedServices("writes")] IDurableValue<int> writes) : DurableGrain, INotebookGrain
{
    private readonly Guid _activation = Guid.NewGuid();

    /// <inheritdoc/>
    public async Task<int> PutAsync(string key, string value)
    {
        entries[key] = value;
        writes.Value++;
        await WriteStateAsync();
        return writes.Value;
    }

    /// <inheritdoc/>
    public async Task RemoveAsync(string key)
    {
        entries.Remove(key);
        writes.Value++;
        await WriteStateAsync();
    }

    /// <inheritdoc/>
    public Task<(string Entries, int Writes)> LookAsync() =>
        Task.FromResult((string.Join(' ', entries.OrderBy(e => e.Key, StringComparer.Ordinal).Select(e => $"{e.Key}={e.Value}")), writes.Value));

    /// <inheritdoc/>
    public Task DeactivateAsync()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<Guid> ActivationAsync() => Task.FromResult(_activation);
}
