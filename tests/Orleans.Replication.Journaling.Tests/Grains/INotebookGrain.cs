namespace Orleans.Replication.Journaling.Tests.Grains;

/// <summary>A grain whose state is a journal.</summary>
public interface INotebookGrain : IGrainWithStringKey
{
    /// <summary>Puts an entry, and gives how many times the notebook was written.</summary>
    Task<int> PutAsync(string key, string value);

    /// <summary>Removes an entry.</summary>
    Task RemoveAsync(string key);

    /// <summary>All entries in order, and how many times the notebook was written.</summary>
    Task<(string Entries, int Writes)> LookAsync();

    /// <summary>Ends the activation.</summary>
    Task DeactivateAsync();

    /// <summary>Which activation answers.</summary>
    Task<Guid> ActivationAsync();
}
