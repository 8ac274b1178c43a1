using System.Collections.Immutable;
using Orleans.Concurrency;

namespace Orleans.Replication.Recipes;

/// <summary>
/// Settings that every silo has, and hears of when they change. Several settings change at once or not at all. It is read and written whole: for some hundred
/// settings.
/// </summary>
[Alias("Orleans.Replication.Recipes.IConfigurationGrain")]
public interface IConfigurationGrain : IGrainWithStringKey
{
    /// <summary>All settings, as they were at one moment, on the caller's own silo.</summary>
    [ReadOnly]
    [Alias("Get")]
    ValueTask<Settings> Get(ReadConsistency consistency = ReadConsistency.Linearizable);

    /// <summary>Changes settings, all of them or none.</summary>
    /// <param name="changes">The new values; null removes a setting. What is not named stays.</param>
    /// <param name="expectedVersion">The version of what the caller has seen; null for no condition; 0 when nothing may have been set.</param>
    /// <returns>Whether they were changed, and the settings now.</returns>
    [Alias("Change")]
    ValueTask<SettingsChange> Change(ImmutableSortedDictionary<string, string?> changes, long? expectedVersion = null);

    /// <summary>Changes one setting; null removes it.</summary>
    /// <returns>The settings afterwards.</returns>
    [Alias("Set")]
    ValueTask<Settings> Set(string key, string? value);

    /// <summary>
    /// The settings after each change, from a version on: each once, in order, and when some are no longer known the settings as they are now. Goes on until it is
    /// cancelled, and may be resumed on any silo.
    /// </summary>
    /// <param name="afterVersion">The version that the caller has; 0: nothing; null: only what comes from now on.</param>
    /// <param name="cancellationToken">Ends it.</param>
    [ReadOnly]
    [Alias("Watch")]
    IAsyncEnumerable<Settings> Watch(long? afterVersion = null, CancellationToken cancellationToken = default);
}

/// <summary>All settings.</summary>
/// <param name="Version">Grows with every change; 0 when nothing was ever set.</param>
/// <param name="Values">The settings, in the ordinal order of their keys.</param>
[GenerateSerializer, Immutable, Alias("Orleans.Replication.Recipes.Settings")]
public sealed record Settings([property: Id(0)] long Version, [property: Id(1)] ImmutableSortedDictionary<string, string> Values);

/// <summary>How a change of settings ended.</summary>
/// <param name="Changed">False when the settings had another version than the caller had seen; nothing was changed.</param>
/// <param name="Now">The settings now.</param>
[GenerateSerializer, Immutable, Alias("Orleans.Replication.Recipes.SettingsChange")]
public sealed record SettingsChange([property: Id(0)] bool Changed, [property: Id(1)] Settings Now);

/// <inheritdoc cref="IConfigurationGrain"/>
[Replicated]
internal sealed class ConfigurationGrain([ReplicatedState("configuration")] IReplicatedState<ConfigurationState> configuration) : Grain, IConfigurationGrain
{
    public ValueTask<Settings> Get(ReadConsistency consistency) => configuration.ReadAsync(state => state.Settings, consistency);

    public ValueTask<SettingsChange> Change(ImmutableSortedDictionary<string, string?> changes, long? expectedVersion) =>
        configuration.ApplyAsync(new ChangeSettings([.. changes], expectedVersion));

    public async ValueTask<Settings> Set(string key, string? value) => (await configuration.ApplyAsync(new ChangeSettings([new(key, value)], null))).Now;

    public async IAsyncEnumerable<Settings> Watch(long? afterVersion, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var change in configuration.WatchAsync(afterVersion, cancellationToken))
            yield return change.Value.Settings;
    }
}

[GenerateSerializer, Immutable, Alias("Orleans.Replication.Recipes.ConfigurationState")]
internal sealed record ConfigurationState
{
    [Id(0)] public Settings Settings { get; init; } = new(0, ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal));
}

[GenerateSerializer, Immutable, Alias("Orleans.Replication.Recipes.ChangeSettings")]
internal sealed record ChangeSettings([property: Id(0)] ImmutableArray<KeyValuePair<string, string?>> Changes, [property: Id(1)] long? ExpectedVersion)
    : IReplicatedOperation<ConfigurationState, SettingsChange>
{
    public OperationResult<ConfigurationState, SettingsChange> Apply(ConfigurationState state, in OperationContext context)
    {
        if (ExpectedVersion is { } expected && expected != state.Settings.Version)
            return (state, new(false, state.Settings));
        var values = state.Settings.Values;
        foreach (var (key, value) in Changes)
            values = value is null ? values.Remove(key) : values.SetItem(key, value);

        // What is as it was makes no event.
        if (ReferenceEquals(values, state.Settings.Values))
            return (state, new(true, state.Settings));
        var settings = new Settings(context.Index, values);
        return (new ConfigurationState { Settings = settings }, new(true, settings));
    }
}
