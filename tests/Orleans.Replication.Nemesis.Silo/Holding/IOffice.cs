namespace Orleans.Replication.Nemesis.Silo.Holding;

/// <summary>What only one may have at a time: a lock, or the lead.</summary>
internal interface IOffice
{
    /// <summary>Takes it if it is free, and waits a while if it is not.</summary>
    /// <returns>The fencing token; null when another has it still.</returns>
    ValueTask<long?> TakeAsync(CancellationToken stop);

    /// <summary>Begins the lease anew.</summary>
    /// <returns>False when it is lost.</returns>
    ValueTask<bool> RenewAsync(long token);

    /// <summary>How long it is held without renewal.</summary>
    TimeSpan Lease { get; }
}
