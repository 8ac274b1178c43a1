namespace Orleans.Replication.Tests.Journals;

/// <summary>A view of a ledger's journal.</summary>
[GenerateSerializer, Alias("Orleans.Replication.Tests.Ledger")]
public sealed class Ledger
{
    /// <summary>What was booked in all.</summary>
    [Id(0)]
    public int Sum { get; set; }

    /// <summary>What it is called.</summary>
    [Id(1)]
    public string Name { get; set; } = "";

    /// <summary>Books.</summary>
    public void Apply(Booked booked) => Sum += booked.Amount;

    /// <summary>Names.</summary>
    public void Apply(Named named) => Name = named.Name;
}
