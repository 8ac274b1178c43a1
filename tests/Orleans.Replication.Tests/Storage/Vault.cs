namespace Orleans.Replication.Tests.Storage;

/// <summary>The state of a <see cref="IVaultGrain"/>.</summary>
[GenerateSerializer, Alias("Orleans.Replication.Tests.Vault")]
public sealed class Vault
{
    /// <summary>How much is in it.</summary>
    [Id(0)]
    public int Amount { get; set; }
}
