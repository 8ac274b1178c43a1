namespace Orleans.Replication.Tests.Journals;

/// <summary>A journaled grain.</summary>
public interface ILedgerGrain : IGrainWithStringKey
{
    /// <summary>Books, and waits until it is confirmed.</summary>
    Task BookAsync(int amount, string text = "");

    /// <summary>Books several amounts at once.</summary>
    Task BookAllAsync(int[] amounts);

    /// <summary>Books only when nothing else was booked since this instance has looked.</summary>
    Task<bool> TryBookAsync(int amount);

    /// <summary>Names the ledger.</summary>
    Task NameAsync(string name);

    /// <summary>What this instance knows, without asking anybody.</summary>
    Task<(int Sum, string Name, int Version)> LookAsync();

    /// <summary>What there is, asked for now.</summary>
    Task<(int Sum, string Name, int Version)> ReadAsync();

    /// <summary>Some of the amounts that were booked.</summary>
    Task<int[]> AmountsAsync(int from, int to);

    /// <summary>Clears the journal.</summary>
    Task ClearAsync();
}

/// <summary>The same with an instance on every silo.</summary>
public interface IReplicatedLedgerGrain : ILedgerGrain;
