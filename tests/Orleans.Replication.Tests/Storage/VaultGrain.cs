using Orleans.Runtime;

namespace Orleans.Replication.Tests.Storage;

/// <inheritdoc cref="IVaultGrain"/>
public sealed class VaultGrain([PersistentState("vault")] IPersistentState<Vault> vault) : Grain, IVaultGrain
{
    /// <inheritdoc/>
    public Task<int> GetAsync() => Task.FromResult(vault.State.Amount);

    /// <inheritdoc/>
    public async Task SetAsync(int amount)
    {
        vault.State.Amount = amount;
        await vault.WriteStateAsync();
    }

    /// <inheritdoc/>
    public Task ClearAsync() => vault.ClearStateAsync();

    /// <inheritdoc/>
    public Task<(string Activation, string Silo)> WhoAsync() =>
        Task.FromResult((GrainContext.ActivationId.ToString(), GrainContext.Address.SiloAddress!.ToParsableString()));
}
