using Orleans.Runtime;

namespace Orleans.Replication.Tests.Reminders;

/// <inheritdoc cref="IClockGrain"/>
public sealed class ClockGrain : Grain, IClockGrain, IRemindable
{
    private const string Name = "будильник/1";
    private int _ticks;

    /// <inheritdoc/>
    public Task SetAsync(TimeSpan period) => this.RegisterOrUpdateReminder(Name, TimeSpan.Zero, period);

    /// <inheritdoc/>
    public async Task UnsetAsync()
    {
        if (await this.GetReminder(Name) is { } reminder)
            await this.UnregisterReminder(reminder);
    }

    /// <inheritdoc/>
    public Task<(int Ticks, string Silo)> GetAsync() => Task.FromResult((_ticks, GrainContext.Address.SiloAddress!.ToParsableString()));

    /// <inheritdoc/>
    public Task ReceiveReminder(string reminderName, TickStatus status)
    {
        _ticks++;
        return Task.CompletedTask;
    }
}
