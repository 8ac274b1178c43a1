using Orleans.Runtime;

namespace Orleans.Replication;

/// <summary>One change of any state of a group: an event of <see cref="IReplicationGroup.WatchAsync"/>.</summary>
[GenerateSerializer, Immutable]
[Alias("Orleans.Replication.GroupChange")]
public sealed class GroupChange
{
    /// <summary>The group.</summary>
    [Id(0)]
    public required string Group { get; init; }

    /// <summary>The grain whose state it is.</summary>
    [Id(1)]
    public required GrainId Grain { get; init; }

    /// <summary>The state's name within the grain.</summary>
    [Id(2)]
    public required string StateName { get; init; }

    /// <summary>What happened.</summary>
    [Id(3)]
    public required StateChangeKind Kind { get; init; }

    /// <summary>The version of the change: not less than that of any earlier event of the watch. The changes of one transaction have the same.</summary>
    [Id(4)]
    public required long Version { get; init; }

    /// <inheritdoc cref="StateChange{TState}.Timestamp"/>
    [Id(5)]
    public DateTimeOffset Timestamp { get; init; }

    /// <inheritdoc cref="StateChange{TState}.Origin"/>
    [Id(6)]
    public ChangeOrigin Origin { get; init; }

    /// <summary>The state afterwards, as Orleans serialized it; empty when it does not exist. <see cref="IReplicationGroup.Read{TState}"/> reads it.</summary>
    [Id(7)]
    public ReadOnlyMemory<byte> State { get; init; }
}
