namespace Orleans.Replication;

/// <summary>A state and the version it had.</summary>
/// <param name="Value">The state; the initial one when there is none.</param>
/// <param name="Version">Its version; 0 when the state does not exist.</param>
/// <typeparam name="TState">The state.</typeparam>
[GenerateSerializer, Immutable]
[Alias("Orleans.Replication.VersionedState`1")]
public readonly record struct VersionedState<TState>([property: Id(0)] TState Value, [property: Id(1)] long Version)
{
    /// <summary>False when the state does not exist, and <see cref="Value"/> is the initial one.</summary>
    public bool Exists => Version != 0;
}
