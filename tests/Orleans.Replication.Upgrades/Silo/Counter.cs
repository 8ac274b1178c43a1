using System.Collections.Immutable;
using Orleans;

namespace UpgradeSilo;

/// <summary>
/// A counter with all its steps. Version 2 gave it a field: without <c>[OmitDefaultMemberValues]</c> on both, the same counter would be other bytes in version 2 before that field is used.
/// </summary>
[GenerateSerializer, Immutable, OmitDefaultMemberValues]
[Alias("Upgrades.Counter")]
public sealed record Counter
{
    [Id(0)]
    public long Total { get; init; }

    [Id(1)]
    public ImmutableArray<Step> Steps { get; init; } = [];

#if VERSION_2
    [Id(2)]
    public long Resets { get; init; }
#endif
}

/// <summary>What an operation did, and where in the group's history.</summary>
[GenerateSerializer, Immutable]
[Alias("Upgrades.Step")]
public readonly record struct Step([property: Id(0)] int Sequence, [property: Id(1)] long Index, [property: Id(2)] long Added);
