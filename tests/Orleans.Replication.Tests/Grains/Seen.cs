using Orleans.Runtime;

namespace Orleans.Replication.Tests.Grains;

/// <summary>What an operation was told about itself.</summary>
[GenerateSerializer, Immutable]
[Alias("Tests.Seen")]
public sealed record Seen([property: Id(0)] long Index, [property: Id(1)] DateTimeOffset Timestamp, [property: Id(2)] GrainId Grain, [property: Id(3)] ulong Seed);
