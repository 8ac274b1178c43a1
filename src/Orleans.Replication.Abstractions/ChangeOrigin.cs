using Orleans.Runtime;

namespace Orleans.Replication;

/// <summary>Who made a change, as it is written in the group's log. It is what a member said about itself, for people who look for a cause; it decides nothing.</summary>
/// <param name="PeerId">The peer id of the silo that proposed it; null when it is not known.</param>
/// <param name="Grain">The grain whose code proposed it; null when it was none, or is not known.</param>
[GenerateSerializer, Immutable]
[Alias("Orleans.Replication.ChangeOrigin")]
public readonly record struct ChangeOrigin([property: Id(0)] string? PeerId, [property: Id(1)] GrainId? Grain);
