namespace Orleans.Replication.Nemesis.Silo.Providers;

/// <summary>A grain with a stored count and a reminder.</summary>
public interface IKeeperGrain : IGrainWithStringKey
{
    /// <summary>Adds one to the count, and stores it.</summary>
    /// <returns>The count that is stored.</returns>
    Task<long> AddAsync();

    /// <summary>Has the reminder fire from now on.</summary>
    Task RemindAsync();
}
