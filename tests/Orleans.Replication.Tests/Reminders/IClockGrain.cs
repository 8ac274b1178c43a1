namespace Orleans.Replication.Tests.Reminders;

/// <summary>A grain that is woken by a reminder.</summary>
public interface IClockGrain : IGrainWithStringKey
{
    /// <summary>Asks to be woken, at once and then with every period.</summary>
    Task SetAsync(TimeSpan period);

    /// <summary>Asks to be woken no more.</summary>
    Task UnsetAsync();

    /// <summary>How often this activation was woken, and on which silo it is.</summary>
    Task<(int Ticks, string Silo)> GetAsync();
}
