namespace Orleans.Replication.Tests.Storage;

/// <summary>A state with a constructor that <c>new T()</c> cannot call.</summary>
[GenerateSerializer, Alias("Orleans.Replication.Tests.Deposit")]
public sealed record Deposit([property: Id(0)] string Owner, [property: Id(1)] int Amount);
