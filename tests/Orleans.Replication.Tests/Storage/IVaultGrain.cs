namespace Orleans.Replication.Tests.Storage;

/// <summary>A grain with ordinary persistent state, for tests of the storage provider under the runtime.</summary>
public interface IVaultGrain : IGrainWithStringKey
{
    /// <summary>What is in the vault, as this activation knows it.</summary>
    Task<int> GetAsync();

    /// <summary>Writes the state.</summary>
    Task SetAsync(int amount);

    /// <summary>Clears the state.</summary>
    Task ClearAsync();

    /// <summary>Which activation answers, and on which silo.</summary>
    Task<(string Activation, string Silo)> WhoAsync();
}
