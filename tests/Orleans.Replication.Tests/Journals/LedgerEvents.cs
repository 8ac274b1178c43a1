namespace Orleans.Replication.Tests.Journals;

/// <summary>What happens to a ledger.</summary>
[GenerateSerializer, Alias("Orleans.Replication.Tests.LedgerEvent")]
public abstract record LedgerEvent;

/// <summary>Something was booked.</summary>
[GenerateSerializer, Alias("Orleans.Replication.Tests.Booked")]
public sealed record Booked([property: Id(0)] int Amount, [property: Id(1)] string Text) : LedgerEvent;

/// <summary>The ledger was named.</summary>
[GenerateSerializer, Alias("Orleans.Replication.Tests.Named")]
public sealed record Named([property: Id(0)] string Name) : LedgerEvent;
