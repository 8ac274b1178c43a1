namespace Orleans.Replication.Nemesis.Silo.Providers;

/// <summary>A grain with a journal.</summary>
public interface IBookGrain : IGrainWithStringKey
{
    /// <summary>Appends an entry, and waits until it is confirmed.</summary>
    /// <returns>How many entries there are.</returns>
    Task<long> AppendAsync();
}
