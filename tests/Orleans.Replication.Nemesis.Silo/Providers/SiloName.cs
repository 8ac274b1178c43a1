namespace Orleans.Replication.Nemesis.Silo.Providers;

/// <summary>What the test calls this silo.</summary>
internal sealed record SiloName(string Value);
