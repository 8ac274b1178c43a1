namespace Orleans.Replication.Nemesis.Silo.Providers;

/// <summary>Something that a provider has acknowledged.</summary>
/// <param name="Kind">What was done.</param>
/// <param name="Key">The grain.</param>
/// <param name="Value">How often it was done to this grain, as the grain said; for reminders nothing.</param>
/// <param name="Silo">The silo that called, or on which the reminder fired.</param>
/// <param name="Leads">Whether that silo leads the group.</param>
internal sealed record ProviderReport(ProviderUse Kind, string Key, long Value, string Silo, bool Leads);

/// <summary>What the job does with the providers.</summary>
internal enum ProviderUse
{
    /// <summary>Wrote grain storage.</summary>
    Stored,

    /// <summary>Appended to a journal.</summary>
    Journaled,

    /// <summary>A reminder fired.</summary>
    Reminded,
}
