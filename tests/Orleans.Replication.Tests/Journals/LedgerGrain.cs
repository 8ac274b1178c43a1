using Orleans.EventSourcing;
using Orleans.Providers;

namespace Orleans.Replication.Tests.Journals;

/// <inheritdoc cref="ILedgerGrain"/>
[LogConsistencyProvider(ProviderName = ProviderName)]
public class LedgerGrain : JournaledGrain<Ledger, LedgerEvent>, ILedgerGrain
{
    /// <summary>The name of the provider.</summary>
    public const string ProviderName = "ledgers";

    /// <inheritdoc/>
    public Task BookAsync(int amount, string text)
    {
        RaiseEvent(new Booked(amount, text));
        return ConfirmEvents();
    }

    /// <inheritdoc/>
    public Task BookAllAsync(int[] amounts)
    {
        RaiseEvents(amounts.Select(amount => new Booked(amount, "")));
        return ConfirmEvents();
    }

    /// <inheritdoc/>
    public Task<bool> TryBookAsync(int amount) => RaiseConditionalEvent(new Booked(amount, ""));

    /// <inheritdoc/>
    public Task NameAsync(string name)
    {
        RaiseEvent(new Named(name));
        return ConfirmEvents();
    }

    /// <inheritdoc/>
    public Task<(int Sum, string Name, int Version)> LookAsync() => Task.FromResult((State.Sum, State.Name, Version));

    /// <inheritdoc/>
    public async Task<(int Sum, string Name, int Version)> ReadAsync()
    {
        await RefreshNow();
        return await LookAsync();
    }

    /// <inheritdoc/>
    public async Task<int[]> AmountsAsync(int from, int to) => [.. (await RetrieveConfirmedEvents(from, to)).OfType<Booked>().Select(booked => booked.Amount)];

    /// <inheritdoc/>
    public Task ClearAsync() => ClearLogAsync();
}

/// <inheritdoc cref="IReplicatedLedgerGrain"/>
[Replicated]
public sealed class ReplicatedLedgerGrain : LedgerGrain, IReplicatedLedgerGrain;
