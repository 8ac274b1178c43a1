using Orleans.GrainDirectory;
using Orleans.Runtime;

namespace Orleans.Replication.Nemesis.Silo.Providers;

/// <inheritdoc cref="IKeeperGrain"/>
[GrainDirectory(ProviderCalls.Directory)]
internal sealed class KeeperGrain([PersistentState("count")] IPersistentState<Kept> state, SiloName silo) : Grain, IKeeperGrain, IRemindable
{
    /// <inheritdoc/>
    public async Task<long> AddAsync()
    {
        state.State.Count++;
        await state.WriteStateAsync();
        return state.State.Count;
    }

    /// <inheritdoc/>
    public Task RemindAsync() => this.RegisterOrUpdateReminder("reminder", TimeSpan.Zero, ProviderCalls.ReminderPeriod);

    /// <inheritdoc/>
    public Task ReceiveReminder(string reminderName, TickStatus status)
    {
        Report.Write(new ProviderReport(ProviderUse.Reminded, this.GetPrimaryKeyString(), 0, silo.Value, Leads: false));
        return Task.CompletedTask;
    }
}

/// <summary>What is stored.</summary>
[GenerateSerializer]
internal sealed class Kept
{
    /// <summary>The count.</summary>
    [Id(0)] public long Count { get; set; }
}
